/**
 * Accepted pairs in the forms that other tools read: MVTec AD, COCO, YOLO, Hugging Face, plain pictures; and the data
 * sets that a store publishes.
 *
 * <p>An export is made of parts, each written by one task: {@link org.dualanodiff.pipeline.export.ExportPairs}. A part
 * that is done leaves a list of what it wrote; {@link org.dualanodiff.pipeline.export.FinishExport} makes of these lists
 * what spans all parts. An export that was broken off goes on where it was.
 */
package org.dualanodiff.pipeline.export;
