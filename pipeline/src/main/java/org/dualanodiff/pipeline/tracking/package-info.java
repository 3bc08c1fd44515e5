/**
 * What a run has recorded, for the trackers that people have: its trainings as event files of TensorBoard or a run of an MLflow
 * server, its origin as an event of OpenLineage.
 */
package org.dualanodiff.pipeline.tracking;
