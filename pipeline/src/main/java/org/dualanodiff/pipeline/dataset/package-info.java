/**
 * Reads an anomaly data set of any {@link org.dualanodiff.pipeline.dataset.DatasetRequest.DatasetFormat} into records that travel in
 * tasks: which images train a defect's adapter, which are held back for testing, and which files had to be set aside and
 * why. A layout lists the images of its format without opening any; the inspection of a defect opens them.
 */
package org.dualanodiff.pipeline.dataset;
