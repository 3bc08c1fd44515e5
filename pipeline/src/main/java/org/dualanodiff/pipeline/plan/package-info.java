/**
 * What is still missing: which adapters to train and which samples to generate, given what the store already holds.
 * Pure functions of records; nothing here reads or writes.
 */
package org.dualanodiff.pipeline.plan;
