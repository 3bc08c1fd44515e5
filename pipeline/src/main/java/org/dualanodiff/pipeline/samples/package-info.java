/** Generated samples and the Parquet files that hold them. */
package org.dualanodiff.pipeline.samples;
