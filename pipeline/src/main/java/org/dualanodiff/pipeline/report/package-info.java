/**
 * What a person looks at: contact sheets and one self-contained HTML page.
 *
 * <p>A {@link org.dualanodiff.pipeline.report.ReportPage} is a list of {@link org.dualanodiff.pipeline.report.Section}s, which
 * are plain data, and makes HTML of any of them. {@link org.dualanodiff.pipeline.report.DescribeRun} makes the report of a run.
 */
package org.dualanodiff.pipeline.report;
