package org.dualanodiff.model.bench;

/**
 * What one step of the model takes.
 *
 * @param seconds by the clock, from an idle device to an idle device
 * @param launches operators called by TorchScript
 * @param copies of numbers from the host to the device and back; a GPU finishes its queue at each
 */
public record StepCost(double seconds, double launches, double copies) {}
