/** Training one adapter and publishing it. */
package org.dualanodiff.pipeline.train;
