/** What a run does, as metrics of Spark's own metrics system. */
package org.dualanodiff.jobs.metrics;
