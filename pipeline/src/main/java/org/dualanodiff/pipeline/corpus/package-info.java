/**
 * Procedural pictures without end, to pretrain a small base on. Drawn in whole planes of floats, which is several times
 * faster than the sample products' pixel by pixel; a picture depends on seed and index alone.
 */
package org.dualanodiff.pipeline.corpus;
