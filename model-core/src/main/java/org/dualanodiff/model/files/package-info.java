/** Folders of this machine that programs and weights are taken from. */
package org.dualanodiff.model.files;
