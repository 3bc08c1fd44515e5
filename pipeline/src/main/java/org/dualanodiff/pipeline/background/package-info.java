/** Background compensation: for which categories, and with which object masks. */
package org.dualanodiff.pipeline.background;
