/** Generating samples with one adapter and staging them in the store. */
package org.dualanodiff.pipeline.generate;
