//! `bytes-of-table`: a bare number counts files where an mltable lists files, and bytes where it is a
//! table, which nobody means.

use crate::check::Checked;
use crate::diagnostics::{BYTES_OF_TABLE, Diagnostic, Sink};
use crate::plan::{Task, ValueType};
use crate::spec::text::OrReference;

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (item, step) in checked.spec.steps.items.iter().zip(&checked.steps) {
        let Task::FanOut(task) = &step.task else { continue };
        let parallel = item.value.as_ref().and_then(|body| body.parallel.as_ref());
        let size = parallel.and_then(|parallel| parallel.mini_batch_size.as_ref());
        let Some(OrReference::Value(size)) = size else { continue };
        if size.bytes || step.inputs[task.input_data as usize].kind != ValueType::Mltable {
            continue;
        }
        let message = "over a table this `mini_batch_size` is a number of bytes";
        sink.report(
            Diagnostic::new(&BYTES_OF_TABLE, size.text.span, message)
                .help("write a unit, such as 1MB; where the mltable lists files, allow it"),
        );
    }
}
