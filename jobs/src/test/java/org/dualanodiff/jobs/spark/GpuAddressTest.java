package org.dualanodiff.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dualanodiff.jobs.spark.GpuTask.GpuAddress;
import org.dualanodiff.model.torch.CudaDriver.Gpu;
import org.dualanodiff.model.torch.Devices.DeviceException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of address, isolation and number. A machine is written by the letters of its GPUs in the order of the bus. */
class GpuAddressTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # what                                              | address | CUDA_VISIBLE_DEVICES | CUDA_DEVICE_ORDER | CUDA sees | machine | number
            standalone, no variable, nothing known              | 3       | -                    | -                 | -         | -       | 3
            standalone, several executors a node                | 2       | -                    | -                 | abcd      | abcd    | 2
            standalone, worker shows two                        | 3       | 2,3                  | -                 | -         | -       | 1
            standalone, worker shows two, all known             | 3       | 2,3                  | -                 | cd        | abcd    | 1
            list in another order                               | 1       | 3,1,0                | -                 | -         | -       | 1
            list with spaces                                    | 3       | 1, 3                 | -                 | -         | -       | 1
            kubernetes, the container sees one                  | 0       | -                    | -                 | a         | a       | 0
            kubernetes, the variable is set, too                | 0       | 0                    | -                 | a         | a       | 0
            kubernetes, visible by UUID, listed by number       | 0       | GPU-b                | -                 | b         | b       | 0
            YARN with isolation                                 | 0       | -                    | -                 | c         | c       | 0
            YARN without isolation, list of all                 | 1       | -                    | -                 | abcd      | abcd    | 1
            YARN without isolation, one shown to the executor   | 2       | 2                    | -                 | c         | abcd    | 0
            mixed cards, the fastest first                      | 0       | -                    | -                 | ba        | ab      | 1
            mixed cards, the fastest first, UUIDs unknown       | 0       | -                    | -                 | ba        | -       | 1
            mixed cards, CUDA's order not known                 | 0       | -                    | -                 | -         | ab      | 0
            mixed cards in the order of the bus                 | 1       | -                    | PCI_BUS_ID        | ab        | ab      | 1
            mixed cards, number shown by CUDA's own order       | 1       | 0                    | -                 | b         | ab      | 0
            address by UUID                                     | GPU-c   | -                    | -                 | abcd      | abcd    | 2
            address by UUID, visible by number                  | GPU-d   | 2,3                  | -                 | cd        | abcd    | 1
            address by UUID, visible by UUID, nothing known     | GPU-d   | GPU-c,GPU-d          | -                 | -         | -       | 1
            visible by the beginning of a UUID                  | GPU-d   | GPU-cccc,GPU-dddd    | -                 | -         | -       | 1
            number, visible by UUID                             | 3       | GPU-c,GPU-d          | -                 | cd        | abcd    | 1
            MIG, visible by UUID                                | MIG-b   | MIG-a,MIG-b          | -                 | -         | -       | 1
            MIG, the one that CUDA sees                         | MIG-b   | MIG-b                | -                 | b         | a       | 0
            MIG, no variable                                    | MIG-a   | -                    | -                 | a         | z       | 0
            """)
    void address_isTheNumberThatCudaHasForIt(
            String what, String address, String visible, String order, String seen, String machine, int number) {
        assertThat(processWith(visible, order, seen, machine).ordinal(full(address)))
                .isEqualTo(number);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            hidden by number       | 0     | 2,3  | -    | -    | CUDA_VISIBLE_DEVICES=2,3 hides it
            hidden, all known      | 0     | 2,3  | cd   | abcd | CUDA_VISIBLE_DEVICES=2,3 hides it
            nothing is visible     | 0     | -1   | -    | -    | hides it
            an empty list          | GPU-a | ''    | -    | -    | hides it
            a list that ends early | GPU-a | 1,,2 | -    | -    | hides it
            a list that is ended   | 2     | 1,-1,2 | -  | -    | hides it
            hidden UUID            | GPU-a | 2    | c    | abcd | hides it
            beyond what there is   | 2     | -    | ab   | ab   | this process sees 2
            UUID, nothing known    | GPU-a | -    | -    | -    | CUDA sees none
            MIG of another process | MIG-b | -    | a    | z    | set CUDA_VISIBLE_DEVICES=MIG-b
            """)
    void addressThatCannotBeSeen_isRefusedWithWhatToDo(
            String what, String address, String visible, String seen, String machine, String message) {
        assertThatThrownBy(() -> processWith(visible, null, seen, machine).ordinal(full(address)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining(full(message))
                .hasMessageContaining("Spark gave this task GPU");
    }

    private static GpuAddress processWith(String visible, String order, String seen, String machine) {
        Map<String, String> environment = new HashMap<>();
        if (visible != null) {
            environment.put("CUDA_VISIBLE_DEVICES", visible.replaceAll("(GPU|MIG)-(\\w)\\b", "$1-$2$2$2$2-$2"));
        }
        if (order != null) {
            environment.put("CUDA_DEVICE_ORDER", order);
        }
        return new GpuAddress(
                environment,
                letters(seen).stream()
                        .map(letter -> new Gpu("card", uuid(letter), "0000:" + letter + ":00.0", 80))
                        .toList(),
                letters(machine).stream().map(GpuAddressTest::uuid).toList());
    }

    private static List<String> letters(String text) {
        return text == null ? List.of() : new ArrayList<>(List.of(text.split("")));
    }

    private static String full(String address) {
        return address.replaceAll("(GPU|MIG)-(\\w)$", "$1-$2$2$2$2-$2");
    }

    private static String uuid(String letter) {
        return letter.repeat(4) + "-" + letter;
    }
}
