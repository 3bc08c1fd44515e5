/** What keeps a store in order: checking it against its own records, and clearing away what nobody needs any more. */
package org.dualanodiff.pipeline.upkeep;
