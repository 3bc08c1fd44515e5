/** Looks a data set over before a run: what it holds, what is wrong with it, and which images it holds twice. */
package org.dualanodiff.pipeline.inspect;
