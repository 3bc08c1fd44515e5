/** Making a small base model: which pictures it learns from, and how its training is run, resumed and shown. */
package org.dualanodiff.pipeline.pretrain;
