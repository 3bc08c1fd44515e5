/**
 * Pictures that are drawn rather than photographed: sample products in the MVTec AD layout, to try, test and demonstrate
 * the pipeline without any download, and endless other pictures to pretrain a small base on. {@code StrictMath}, hashed
 * noise and a fixed generator: the same seed gives the same bytes on every machine.
 *
 * <p>Start at {@link org.dualanodiff.pipeline.procedural.SampleDataset} for the products, and at {@link
 * org.dualanodiff.pipeline.procedural.ProceduralCorpus} for what {@code pretrain} draws.
 */
package org.dualanodiff.pipeline.procedural;
