//! AutoML on images: classes, labels, objects, segments.

use super::{CONCURRENT, MINUTES, SWEEP, TRIALS};
use crate::spec::shape::{COUNT, POSITIVE, Record, Row, SHARE, Shape, WHOLE, may};

pub(super) static ROWS: [Row; 5] = [
    may("limits", Shape::Record(&LIMITS), "How much is tried."),
    may("sweep", Shape::Record(&SWEEP), "How the `search_space` is searched."),
    may(
        "validation_data_size",
        SHARE,
        "The share of the training data that models are compared on.",
    ),
    may("test_data", Shape::Data, "What the best model is tested on: a reference to an mltable."),
    may(
        "test_data_size",
        SHARE,
        "The share of the training data that the best model is tested on.",
    ),
];

const FIXED: &str = "Hyperparameters that are fixed.";
const TRIED: &str = "Hyperparameters that are tried.";

pub(super) static CLASSIFICATION: [Row; 2] = [
    may("training_parameters", Shape::Record(&CLASS_PARAMETERS), FIXED),
    may("search_space", Shape::List(&Shape::Record(&CLASS_SPACE)), TRIED),
];
pub(super) static DETECTION: [Row; 2] = [
    may("training_parameters", Shape::Record(&OBJECT_PARAMETERS), FIXED),
    may("search_space", Shape::List(&Shape::Record(&OBJECT_SPACE)), TRIED),
];

static LIMITS: Record = Record {
    name: "AutoMlImageLimits",
    label: "`limits` of AutoML on images",
    doc: "How much is tried on images.\n\n```yaml\ntimeout_minutes: 240\nmax_trials: 10\nmax_concurrent_trials: 2\n```",
    rows: &[&[MINUTES, TRIALS, CONCURRENT]],
    search: None,
    tag: None,
};

/// Hyperparameters of all models of images.
static VALUES: [Row; 27] = [
    may("model_name", Shape::Text, "The model, such as `vitb16r224` or `yolov5`."),
    may("number_of_epochs", COUNT, "Passes over the training data."),
    may("training_batch_size", COUNT, "Images in a batch while it trains."),
    may("validation_batch_size", COUNT, "Images in a batch while models are compared."),
    may("learning_rate", SHARE, "The learning rate."),
    may(
        "learning_rate_scheduler",
        Shape::Word(&["none", "warmup_cosine", "step"]),
        "How the learning rate changes.",
    ),
    may("step_lr_gamma", SHARE, "The factor of a step of the learning rate."),
    may("step_lr_step_size", COUNT, "Epochs between two steps of the learning rate."),
    may("warmup_cosine_lr_cycles", POSITIVE, "Cycles of the cosine."),
    may("warmup_cosine_lr_warmup_epochs", WHOLE, "Epochs that warm up."),
    may("optimizer", Shape::Word(&["none", "sgd", "adam", "adamw"]), "The optimizer."),
    may("momentum", SHARE, "The momentum of `sgd`."),
    may("nesterov", Shape::Boolean, "Nesterov's momentum for `sgd`."),
    may("beta1", SHARE, "The first beta of `adam` and `adamw`."),
    may("beta2", SHARE, "The second beta of `adam` and `adamw`."),
    may("ams_gradient", Shape::Boolean, "The AMSGrad variant of `adam` and `adamw`."),
    may("weight_decay", SHARE, "The decay of weights."),
    may("gradient_accumulation_step", COUNT, "Batches between two updates."),
    may("layers_to_freeze", WHOLE, "Layers that do not learn."),
    may("distributed", Shape::Boolean, "Trains on all GPUs of the machines."),
    may("early_stopping", Shape::Boolean, "Ends when the metric gets no better."),
    may("early_stopping_delay", WHOLE, "Epochs before it may end."),
    may("early_stopping_patience", WHOLE, "Epochs without progress before it ends."),
    may("evaluation_frequency", COUNT, "Epochs between two looks at the metric."),
    may("enable_onnx_normalization", Shape::Boolean, "Makes normalization part of the ONNX model."),
    may("number_of_workers", WHOLE, "Processes that load data."),
    may("random_seed", WHOLE, "Makes the training the same each time."),
];

/// Those of classes and labels.
static CLASS_VALUES: [Row; 4] = [
    may("training_crop_size", COUNT, "Pixels of an image's side while it trains."),
    may("validation_crop_size", COUNT, "Pixels of an image's side while models are compared."),
    may(
        "validation_resize_size",
        COUNT,
        "Pixels to which an image is resized before it is cropped.",
    ),
    may("weighted_loss", Shape::Integer(0, 2), "0: not weighted, 1: by roots, 2: by frequencies."),
];

/// Those of objects and segments.
static OBJECT_VALUES: [Row; 13] = [
    may("box_detections_per_image", COUNT, "Objects in an image at most."),
    may("box_score_threshold", SHARE, "The score that an object must have."),
    may("image_size", COUNT, "Pixels of an image's side (`yolov5`)."),
    may("max_size", COUNT, "Pixels of the longer side."),
    may("min_size", COUNT, "Pixels of the shorter side."),
    may(
        "model_size",
        Shape::Word(&["none", "small", "medium", "large", "extra_large"]),
        "The size of the model (`yolov5`).",
    ),
    may("multi_scale", Shape::Boolean, "Varies the size of images (`yolov5`)."),
    may("nms_iou_threshold", SHARE, "The overlap at which two boxes are one."),
    may("tile_grid_size", Shape::Text, "The grid that cuts images into tiles, such as `(3, 2)`."),
    may("tile_overlap_ratio", SHARE, "The overlap of tiles."),
    may("tile_predictions_nms_threshold", SHARE, "The overlap at which boxes of tiles are one."),
    may("validation_iou_threshold", SHARE, "The overlap at which a box counts as found."),
    may(
        "validation_metric_type",
        Shape::Word(&["none", "coco", "voc", "coco_voc"]),
        "How the metric is computed.",
    ),
];

/// Hyperparameters that are not tried.
static SETTINGS: [Row; 3] = [
    may("advanced_settings", Shape::Text, "Further settings, as JSON."),
    may("checkpoint_frequency", COUNT, "Epochs between two checkpoints."),
    may("checkpoint_run_id", Shape::Text, "The run whose checkpoint it starts from."),
];
static LOGS: [Row; 2] = [
    may("log_training_metrics", Shape::Word(&["enable", "disable"]), "Whether metrics are logged."),
    may("log_validation_loss", Shape::Word(&["enable", "disable"]), "Whether the loss is logged."),
];
static AUGMENTATIONS: [Row; 1] =
    [may("augmentations", Shape::Text, "The settings of augmentations.")];

const WHOLE_NUMBERS: &[&str] = &["choice", "randint", "quniform", "qnormal"];

static CLASS_PARAMETERS: Record = Record {
    name: "AutoMlImageParameters",
    label: "`training_parameters` of image classification",
    doc: "Hyperparameters of models of images.\n\n```yaml\nmodel_name: vitb16r224\nnumber_of_epochs: 15\n```",
    rows: &[&VALUES, &CLASS_VALUES, &SETTINGS],
    search: None,
    tag: None,
};

static CLASS_SPACE: Record = Record {
    name: "AutoMlImageSpace",
    label: "a search space of image classification",
    doc: "Hyperparameters of models of images: a value, or a distribution of values.\n\n```yaml\nmodel_name: { type: choice, values: [vitb16r224, seresnext] }\nlearning_rate: { type: uniform, min_value: 0.001, max_value: 0.01 }\n```",
    rows: &[&VALUES, &CLASS_VALUES, &AUGMENTATIONS],
    search: Some(WHOLE_NUMBERS),
    tag: None,
};

static OBJECT_PARAMETERS: Record = Record {
    name: "AutoMlObjectParameters",
    label: "`training_parameters` of object detection",
    doc: "Hyperparameters of models that find objects.\n\n```yaml\nmodel_name: yolov5\nmodel_size: medium\n```",
    rows: &[&VALUES, &OBJECT_VALUES, &SETTINGS, &LOGS],
    search: None,
    tag: None,
};

static OBJECT_SPACE: Record = Record {
    name: "AutoMlObjectSpace",
    label: "a search space of object detection",
    doc: "Hyperparameters of models that find objects: a value, or a distribution of values.\n\n```yaml\nmodel_name: yolov5\nmodel_size: { type: choice, values: [small, medium] }\n```",
    rows: &[&VALUES, &OBJECT_VALUES, &AUGMENTATIONS],
    search: Some(WHOLE_NUMBERS),
    tag: None,
};
