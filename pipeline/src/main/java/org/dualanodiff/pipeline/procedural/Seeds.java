package org.dualanodiff.pipeline.procedural;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/** One seed out of many keys, so that every picture is drawn from its own stream, whatever was drawn before it. */
public final class Seeds {
    private Seeds() {}

    public static long mixed(long seed, long... keys) {
        long hash = finalized(seed);
        for (long key : keys) {
            hash = finalized(hash * 0x9E3779B97F4A7C15L + key);
        }
        return hash;
    }

    public static UniformRandomProvider random(long seed) {
        return RandomSource.SPLIT_MIX_64.create(seed);
    }

    /** The 64-bit finalizer of MurmurHash3. */
    private static long finalized(long value) {
        long hash = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
