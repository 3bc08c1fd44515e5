/**
 * What the trainings of a run have recorded, for the trackers that people have: event files of TensorBoard, runs of an MLflow
 * server.
 */
package org.dualanodiff.pipeline.tracking;
