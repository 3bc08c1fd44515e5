package org.dualanodiff.jobs.cli;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;

/** Public data sets in their own layouts, a few pictures of 32 x 32 pixels each, as their archives unpack. */
record Miniatures(Path root) {
    private static final int SIDE = 32;

    private void picture(String file) throws IOException {
        BufferedImage plate = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = plate.createGraphics();
        for (int i = 0; i < SIDE; i++) {
            graphics.setColor(Color.getHSBColor(Math.abs(file.hashCode() % 97) / 97f, 0.4f, 0.3f + i / 64f));
            graphics.drawLine(0, i, SIDE, i);
        }
        graphics.dispose();
        write(file, plate);
    }

    private void mask(String file, int level) throws IOException {
        BufferedImage mask = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 64; i++) {
            mask.getRaster().setSample(8 + i % 8, 10 + i / 8, 0, level);
        }
        write(file, mask);
    }

    private void write(String file, BufferedImage image) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        String extension = file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        ImageIO.write(image, extension, path.toFile());
    }

    private void text(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    /** So many pictures, numbered from 000 on. */
    private void pictures(String pattern, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            picture(pattern.formatted(i));
        }
    }

    private void masks(String pattern, int count, int level) throws IOException {
        for (int i = 0; i < count; i++) {
            mask(pattern.formatted(i), level);
        }
    }

    /** Writes the data set of that name. */
    void write(String name) throws IOException {
        switch (name) {
            case "mvtec-ad" -> mvtecAd();
            case "mvtec-ad-2" -> mvtecAd2();
            case "mvtec-loco" -> mvtecLoco();
            case "mvtec-3d" -> mvtec3d();
            case "visa" -> visa(true);
            case "visa-raw" -> visa(false);
            case "btad" -> btad();
            case "real-iad" -> realIad();
            case "kolektor-1" -> kolektor1();
            case "kolektor-2" -> kolektor2();
            case "dagm" -> dagm();
            case "magnetic-tile" -> magneticTile();
            case "roboflow-coco" -> roboflowCoco();
            case "cvat-voc" -> cvatVoc();
            case "yolo-seg" -> yoloSeg();
            case "labelme" -> labelMe();
            case "label-studio" -> labelStudio();
            default -> throw new IllegalArgumentException(name);
        }
    }

    private void mvtecAd() throws IOException {
        pictures("bottle/train/good/%03d.png", 3);
        pictures("bottle/test/good/%03d.png", 2);
        pictures("bottle/test/crack/%03d.png", 3);
        masks("bottle/ground_truth/crack/%03d_mask.png", 3, 255);
        text("bottle/license.txt", "x");
    }

    private void mvtecAd2() throws IOException {
        pictures("can/train/good/%03d_regular.png", 3);
        pictures("can/validation/good/%03d_regular.png", 1);
        pictures("can/test_public/good/%03d_regular.png", 1);
        pictures("can/test_public/bad/%03d_regular.png", 3);
        masks("can/test_public/ground_truth/bad/%03d_regular_mask.png", 3, 255);
        pictures("can/test_private/%03d_regular.png", 2);
    }

    private void mvtecLoco() throws IOException {
        pictures("juice/train/good/%03d.png", 3);
        pictures("juice/validation/good/%03d.png", 1);
        pictures("juice/test/good/%03d.png", 1);
        pictures("juice/test/logical_anomalies/%03d.png", 3);
        masks("juice/ground_truth/logical_anomalies/%03d/000.png", 3, 250);
        mask("juice/ground_truth/logical_anomalies/002/001.png", 238);
        text("juice/defects_config.json", "[]");
    }

    private void mvtec3d() throws IOException {
        pictures("bagel/train/good/rgb/%03d.png", 3);
        text("bagel/train/good/xyz/000.tiff", "depth");
        pictures("bagel/validation/good/rgb/%03d.png", 1);
        pictures("bagel/test/good/rgb/%03d.png", 1);
        masks("bagel/test/good/gt/%03d.png", 1, 0);
        pictures("bagel/test/hole/rgb/%03d.png", 3);
        masks("bagel/test/hole/gt/%03d.png", 3, 255);
        text("bagel/test/hole/xyz/000.tiff", "depth");
        text("bagel/calibration/camera_parameters.json", "{}");
    }

    private void visa(boolean table) throws IOException {
        pictures("candle/Data/Images/Normal/%04d.JPG", 4);
        pictures("candle/Data/Images/Anomaly/%03d.JPG", 3);
        masks("candle/Data/Masks/Anomaly/%03d.png", 3, 2);
        StringBuilder rows = new StringBuilder("object,split,label,image,mask\n");
        StringBuilder raw = new StringBuilder("image,label,mask\n");
        for (int i = 0; i < 4; i++) {
            String image = "candle/Data/Images/Normal/%04d.JPG".formatted(i);
            rows.append("candle,%s,normal,%s,\n".formatted(i < 3 ? "train" : "test", image));
            raw.append(image).append(",normal,\n");
        }
        for (int i = 0; i < 3; i++) {
            String pair = "candle/Data/Images/Anomaly/%03d.JPG,%s,candle/Data/Masks/Anomaly/%03d.png\n";
            rows.append("candle,test,anomaly,").append(pair.formatted(i, "", i).replace(",,", ","));
            raw.append(pair.formatted(i, "chunk of wax missing", i));
        }
        text(table ? "split_csv/1cls.csv" : "candle/image_anno.csv", (table ? rows : raw).toString());
    }

    private void btad() throws IOException {
        pictures("01/train/ok/%04d.bmp", 3);
        pictures("01/test/ok/%04d.bmp", 2);
        pictures("01/test/ko/%04d.bmp", 3);
        masks("01/ground_truth/ko/%04d.png", 3, 255);
    }

    private void realIad() throws IOException {
        pictures("audiojack/OK/S0001/audiojack_0001_OK_C%d.jpg", 3);
        pictures("audiojack/NG/AK/S0101/audiojack_0101_NG_AK_C%d.jpg", 3);
        masks("audiojack/NG/AK/S0101/audiojack_0101_NG_AK_C%d.png", 3, 255);
    }

    private void kolektor1() throws IOException {
        for (int item = 0; item < 3; item++) {
            pictures("kos%02d/Part".formatted(item) + "%d.jpg", 3);
            masks("kos%02d/Part".formatted(item) + "%d_label.bmp", 3, 0);
            mask("kos%02d/Part1_label.bmp".formatted(item), 255);
        }
    }

    private void kolektor2() throws IOException {
        for (String part : new String[] {"train", "test"}) {
            pictures(part + "/1%04d.png", 5);
            masks(part + "/1%04d_GT.png", 5, 0);
            masks(part + "/1%04d_GT.png", 3, 255);
        }
    }

    private void dagm() throws IOException {
        for (String part : new String[] {"Train", "Test"}) {
            pictures("Class1/" + part + "/%04d.PNG", 5);
            masks("Class1/" + part + "/Label/%04d_label.PNG", 3, 255);
            text("Class1/" + part + "/Label/Labels.txt", "1\n");
        }
    }

    private void magneticTile() throws IOException {
        pictures("MT_Free/Imgs/exp1_num_%d.jpg", 3);
        masks("MT_Free/Imgs/exp1_num_%d.png", 3, 0);
        pictures("MT_Blowhole/Imgs/exp1_num_%d.jpg", 3);
        masks("MT_Blowhole/Imgs/exp1_num_%d.png", 3, 255);
    }

    private void roboflowCoco() throws IOException {
        pictures("train/%d_jpg.rf.a1.jpg", 4);
        StringBuilder images = new StringBuilder();
        StringBuilder annotations = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            images.append(i > 0 ? "," : "")
                    .append("{\"id\": %d, \"file_name\": \"%d_jpg.rf.a1.jpg\", \"width\": 32, \"height\": 32}"
                            .formatted(i, i));
        }
        for (int i = 0; i < 3; i++) {
            annotations
                    .append(i > 0 ? "," : "")
                    .append(
                            "{\"id\": %d, \"image_id\": %d, \"category_id\": 1, \"segmentation\": [[8, 8, 20, 8, 20, 20]]}"
                                    .formatted(i, i));
        }
        text(
                "train/_annotations.coco.json",
                "{\"images\": [%s], \"annotations\": [%s], \"categories\": [{\"id\": 0, \"name\": \"parts\", \"supercategory\": \"none\"}, {\"id\": 1, \"name\": \"crack\", \"supercategory\": \"parts\"}]}"
                        .formatted(images, annotations));
    }

    private void cvatVoc() throws IOException {
        pictures("JPEGImages/%02d.jpg", 3);
        masks("SegmentationClass/%02d.png", 3, 112);
        masks("SegmentationObject/%02d.png", 3, 60);
        text("ImageSets/Segmentation/default.txt", "00\n01\n02\n");
        text("labelmap.txt", "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncrack:112,112,112::\n");
    }

    private void yoloSeg() throws IOException {
        pictures("train/images/%d.jpg", 4);
        for (int i = 0; i < 3; i++) {
            text("train/labels/%d.txt".formatted(i), "0 0.25 0.25 0.6 0.25 0.6 0.6\n");
        }
        text("train/labels/3.txt", "");
        text("data.yaml", "train: ../train/images\nnc: 1\nnames: ['crack']\n");
    }

    private void labelMe() throws IOException {
        pictures("%d.jpg", 4);
        for (int i = 0; i < 4; i++) {
            String shape =
                    "{\"label\": \"crack\", \"points\": [[8, 8], [20, 8], [20, 20]], \"shape_type\": \"polygon\"}";
            text(
                    i + ".json",
                    "{\"imagePath\": \"%d.jpg\", \"imageWidth\": 32, \"imageHeight\": 32, \"shapes\": [%s]}"
                            .formatted(i, i < 3 ? shape : ""));
        }
    }

    private void labelStudio() throws IOException {
        pictures("images/%d.jpg", 4);
        StringBuilder tasks = new StringBuilder("[");
        for (int i = 0; i < 4; i++) {
            String region =
                    "{\"type\": \"polygonlabels\", \"original_width\": 32, \"original_height\": 32, \"value\": {\"points\": [[25, 25], [60, 25], [60, 60]], \"polygonlabels\": [\"crack\"]}}";
            tasks.append(i > 0 ? "," : "")
                    .append(
                            "{\"id\": %d, \"data\": {\"image\": \"/data/upload/1/0a1b2c3d-%d.jpg\"}, \"annotations\": [{\"result\": [%s]}]}"
                                    .formatted(i, i, i < 3 ? region : ""));
        }
        text("project-1.json", tasks + "]");
    }
}
