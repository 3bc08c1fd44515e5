/**
 * Training a base model: a small one from nothing, or an existing one on more pictures; and, beyond the paper, training
 * the pair's interaction once so that adapters need not begin without it.
 */
package org.dualanodiff.model.pretraining;
