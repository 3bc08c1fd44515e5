/** Files of this machine: folders that programs and weights are taken from, and what sums up their content. */
package org.dualanodiff.model.files;
