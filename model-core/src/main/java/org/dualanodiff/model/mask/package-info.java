/** From the generated anomaly part to a pixel mask, and what a mask says about itself. */
package org.dualanodiff.model.mask;
