package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.model.dual.DualAdapter.AdapterTensors;
import org.dualanodiff.model.torch.DualOperators;

/**
 * LoRA of one projection, one pair of matrices a branch: {@code y + up(down(x))}, without a scale
 * (paper, section 3.1; Hu et al. 2022).
 *
 * @param downs by branch, each (r, Cin)
 * @param ups by branch, each (Cout, r)
 */
public record LowRankAdapter(List<NDArray> downs, List<NDArray> ups) {

    static LowRankAdapter of(AdapterTensors tensors, String projection) {
        return new LowRankAdapter(
                branches()
                        .map(f -> tensors.get(projection + "_lora." + f + ".down.weight"))
                        .toList(),
                branches()
                        .map(f -> tensors.get(projection + "_lora." + f + ".up.weight"))
                        .toList());
    }

    /** x (B*2, S, Cin) and the base projection's output (B*2, S, Cout), rows (b f). */
    public NDArray apply(NDArray x, NDArray base) {
        return DualOperators.lowRankByBranch(x, base, downs, ups);
    }

    /** Rows of one branch alone: x (B, S, Cin), base (B, S, Cout). */
    public NDArray apply(Branch branch, NDArray x, NDArray base) {
        return DualOperators.lowRank(x, base, downs.get(branch.ordinal()), ups.get(branch.ordinal()));
    }

    private static Stream<Integer> branches() {
        return Stream.of(Branch.values()).map(Branch::ordinal);
    }
}
