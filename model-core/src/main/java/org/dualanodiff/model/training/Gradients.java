package org.dualanodiff.model.training;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * A loss and its gradients.
 *
 * @param loss one number
 * @param byParameter one tensor for each trained tensor of the adapter, in the order of its keys
 */
record Gradients(double loss, List<NDArray> byParameter) {}
