//! What is measured: generated specs of any size, and the parser alone over them.

use std::fmt::Write as _;

use granit_parser::{Event, Parser};

/// The head of a generated spec; its name must differ from those beside it.
fn head(spec: &mut String, name: &str) {
    let _ = write!(
        spec,
        "mlopsc: 1\nname: {name}\ndescription: A generated pipeline, for measuring.\n\n\
         parameters:\n  rate: 0.5\n  depth: {{ type: integer, default: 6, min: 1, max: 32 }}\n  \
         raw:\n    type: uri_folder\n    default: azureml://datastores/blob/paths/raw/\n\n\
         defaults:\n  compute: azureml:cpu-cluster\n  environment: azureml:training:3\n\n\
         triggers:\n  commit: {{ push: {{ branches: [main], paths: [\"src/**\"] }} }}\n\nsteps:\n"
    );
}

/// A spec of a chain of steps, about 400 bytes each: every seventh a parallel one.
pub fn spec(name: &str, steps: usize) -> String {
    let mut spec = String::with_capacity(steps * 420 + 600);
    head(&mut spec, name);
    for step in 0..steps {
        let source = match step {
            0 => "parameters.raw".to_owned(),
            _ => format!("steps.step_{:05}.outputs.clean", step - 1),
        };
        if step % 7 == 3 {
            parallel(&mut spec, step, &source);
        } else {
            command(&mut spec, step, &source);
        }
    }
    spec
}

fn command(spec: &mut String, step: usize, source: &str) {
    let _ = write!(
        spec,
        "  step_{step:05}: # part {step}\n    \
         description: Prepare part {step} of the data for what comes after it.\n    code: src\n    \
         run: >-\n      python work.py --raw ${{{{ {source} }}}}\n      \
         --rate ${{{{ parameters.rate }}}} --depth ${{{{ parameters.depth }}}}\n      \
         --out ${{{{ outputs.clean }}}}\n    \
         env: {{ PYTHONUNBUFFERED: '1', STAGE: prepare }}\n    timeout: 30 minutes\n    \
         outputs: {{ clean: uri_folder }}\n\n"
    );
}

fn parallel(spec: &mut String, step: usize, source: &str) {
    let _ = write!(
        spec,
        "  step_{step:05}:\n    description: Score part {step} in parallel.\n    parallel:\n      \
         code: src\n      entry_script: work.py\n      \
         arguments: --rate ${{{{ parameters.rate }}}} --out ${{{{ outputs.clean }}}}\n      input_data: ${{{{ {source} }}}}\n      \
         mini_batch_size: 5\n      error_threshold: 4\n      mini_batch_timeout: 60s\n      \
         max_retries: 2\n    \
         resources: {{ instance_count: 5, max_concurrency_per_instance: 2 }}\n    \
         outputs: {{ clean: uri_folder }}\n\n"
    );
}

/// How many events the YAML parser gives for a text: the parser alone, no tree.
pub fn tokenise(text: &str) -> usize {
    let mut parser = Parser::new_from_str(text);
    let mut events = 0;
    while let Some(Ok((event, _))) = parser.next_event() {
        events += 1;
        if matches!(event, Event::StreamEnd) {
            break;
        }
    }
    events
}
