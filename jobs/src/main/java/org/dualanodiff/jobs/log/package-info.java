/** The log for machines: one JSON object a line. */
package org.dualanodiff.jobs.log;
