//! Releases, and which of two is newer.

/// The numbers of a release such as `v1.2.3`; those that it leaves out are 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Release {
    numbers: [u32; 3],
    /// `v2.0.0-beta` comes before `v2.0.0`.
    is_final: bool,
}

/// The longest version that is one.
const LONGEST: usize = 64;

impl Release {
    /// `None` for what is no version.
    pub(super) fn read(text: &str) -> Option<Self> {
        let bare = text.strip_prefix('v').unwrap_or(text);
        let (body, label) = bare.split_once('-').map_or((bare, None), |(a, b)| (a, Some(b)));
        let is_label = |letter: char| letter.is_ascii_alphanumeric() || ".-".contains(letter);
        let labelled = label.is_none_or(|it| !it.is_empty() && it.chars().all(is_label));
        if text.len() > LONGEST || !labelled {
            return None;
        }
        let mut numbers = [0; 3];
        for (at, part) in body.split('.').enumerate() {
            let digits = part.bytes().all(|byte| byte.is_ascii_digit());
            *numbers.get_mut(at)? = part.parse().ok().filter(|_| digits)?;
        }
        Some(Self { numbers, is_final: label.is_none() })
    }

    /// Inputs of an action may differ from one of these to the next.
    pub(super) fn major(self) -> u32 {
        self.numbers[0]
    }
}

/// Whether a version is newer than another one; what is no version is older than all.
pub fn is_newer(version: &str, than: &str) -> bool {
    Release::read(version) > Release::read(than)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        let read = |text| Release::read(text).unwrap();
        assert!(read("v10.0.0") > read("v9.9.9"));
        assert!(read("v1.2") < read("v1.2.1"));
        assert!(read("2.0.0-beta.1") < read("v2"));
    }

    #[test]
    fn what_is_no_version_is_none() {
        for text in ["", "v", "main", "v1.2.3.4", "v1.+2", "1.2\n", "v1-", "v1 x", "v99999999999"] {
            assert_eq!(Release::read(text), None, "{text}");
        }
    }
}
