/** The frozen base model, the builtin data set and the cache of this machine. */
package org.dualanodiff.pipeline.base;
