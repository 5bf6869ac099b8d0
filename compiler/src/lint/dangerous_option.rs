//! `dangerous-option`: options of a container that open the machine around it.

use crate::check::Checked;
use crate::check::services::words;
use crate::diagnostics::{DANGEROUS_OPTION, Diagnostic, Sink, excerpt};
use crate::source::Spanned;
use crate::spec::resources::DockerArgs;

/// Rights with which a container gets out, or at what others of the machine do.
const RIGHTS: [&str; 11] = [
    "ALL",
    "BPF",
    "DAC_READ_SEARCH",
    "MAC_ADMIN",
    "NET_ADMIN",
    "PERFMON",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
];
/// Folders that belong to the machine itself.
const FOLDERS: [&str; 10] = [
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/proc",
    "/root",
    "/run",
    "/sys",
    "/var/lib/docker",
    "/var/run",
];

pub(crate) fn lint(checked: &Checked<'_>, sink: &mut Sink) {
    for (_, step) in checked.spec.steps.good() {
        let containers = step.services.good().filter_map(|(_, service)| service.container());
        for options in containers.filter_map(|container| container.options.as_ref()) {
            report(options, &words(&options.value), sink);
        }
        match step.resources.as_ref().and_then(|it| it.docker_args.as_ref()) {
            Some(DockerArgs::Text(text)) => report(text, &words(&text.value), sink),
            Some(DockerArgs::List(list)) => {
                let all: Vec<String> = list.iter().map(|word| word.value.clone()).collect();
                for (at, word) in list.iter().enumerate() {
                    let open = opens(&all[at], all.get(at + 1));
                    if let Some(what) = open {
                        say(word, &what, sink);
                    }
                }
            }
            None => {}
        }
    }
}

fn report(text: &Spanned<String>, words: &[String], sink: &mut Sink) {
    for (at, word) in words.iter().enumerate() {
        if let Some(what) = opens(word, words.get(at + 1)) {
            say(text, &what, sink);
        }
    }
}

fn say(at: &Spanned<String>, what: &str, sink: &mut Sink) {
    let message = format!("`{}` opens the machine to what runs in the container", excerpt(what));
    sink.report(Diagnostic::new(&DANGEROUS_OPTION, at.span, message).help(
        "leave it out, or let an image that needs it run on a machine of its own and say so: `# mlopsc: allow(dangerous-option)`",
    ));
}

/// The option as it is written, if it opens the machine; its value may be the next word.
fn opens(word: &str, next: Option<&String>) -> Option<String> {
    let next = next.map(String::as_str);
    let (flag, value, shown) = match (word.split_once('='), next) {
        (Some((flag, value)), _) => (flag, value, word.to_owned()),
        (None, Some(value)) if !value.starts_with('-') => (word, value, format!("{word} {value}")),
        (None, _) => (word, "", word.to_owned()),
    };
    let is_open = match flag {
        "--privileged" => return (value != "false").then(|| word.to_owned()),
        "--device" | "--device-cgroup-rule" => true,
        "--cap-add" => {
            let right = value.to_ascii_uppercase();
            RIGHTS.contains(&right.strip_prefix("CAP_").unwrap_or(&right))
        }
        "--security-opt" => value.ends_with("unconfined") || value.ends_with("disable"),
        "--pid" | "--userns" => value == "host",
        "-v" | "--volume" => is_of_machine(value.split(':').next().unwrap_or_default()),
        "--mount" => value
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .any(|(key, path)| matches!(key, "source" | "src") && is_of_machine(path)),
        _ => false,
    };
    is_open.then_some(shown)
}

/// Whether a folder is one of the machine itself, or holds those.
fn is_of_machine(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let is_in = |folder: &str| {
        path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            || folder.starts_with(&format!("{path}/"))
    };
    FOLDERS.iter().any(|folder| is_in(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let words = words(text);
        let each = words.iter().enumerate();
        each.filter_map(|(at, word)| opens(word, words.get(at + 1))).collect()
    }

    #[test]
    fn what_opens_the_machine_is_found() {
        for text in [
            "--privileged",
            "--privileged=true",
            "--cap-add ALL",
            "--cap-add=cap_sys_admin",
            "--device /dev/sda",
            "--security-opt seccomp=unconfined",
            "--security-opt label=disable",
            "--pid=host",
            "-v /:/machine",
            "--volume=/var/run/docker.sock:/x",
            "--volume /var:/x:ro",
            "--mount type=bind,source=/etc,target=/x",
        ] {
            assert_eq!(found(&format!("--shm-size 2g {text} --cpus 1")), [text], "{text}");
        }
        for text in [
            "--cap-add IPC_LOCK",
            "--privileged=false",
            "--gpus all --ipc=host",
            "-v data:/x --volume /mnt/data:/data",
            "--mount type=tmpfs,target=/etc",
            "--pid container",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
