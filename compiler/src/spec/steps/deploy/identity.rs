//! Who an online endpoint is.

use super::Binder;
use crate::diagnostics::{BAD_VALUE, CONFLICT, Diagnostic, MISSING_KEY, excerpt};
use crate::plan::{Data, Scalar};
use crate::source::Spanned;
use crate::spec::decode::Many;
use crate::spec::record::{choice, record};

choice! {
    /// Who an online endpoint is.
    EndpointIdentityWord as "an identity of an endpoint" {
        /// An identity that Azure makes for it, and removes with it.
        SystemAssigned = "system_assigned",
        /// An identity that is there already.
        UserAssigned = "user_assigned",
    }
}

record! {
    /// An identity that is there already.
    AssignedIdentitySpec as "an assigned identity" {
        /// Its ARM id: `/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<name>`.
        req resource_id = "resource_id": Spanned<String>,
    }
    short resource_id
}

record! {
    /// Who an online endpoint is when it reads the model and the image, as the v2 file has it. It cannot
    /// be changed once the endpoint is there.
    ///
    /// ```yaml
    /// type: user_assigned
    /// user_assigned_identities:
    /// - resource_id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-churn/providers/Microsoft.ManagedIdentity/userAssignedIdentities/churn
    /// ```
    EndpointIdentitySpec as "the identity of an endpoint" {
        /// The kind of identity.
        req kind = "type": Spanned<EndpointIdentityWord>,
        /// The identity, of which there is one (`user_assigned`).
        all user_assigned_identities = "user_assigned_identities": Many<AssignedIdentitySpec>,
    }
    short kind
}

impl EndpointIdentitySpec {
    /// The identity in Azure ML's words.
    pub(super) fn data(&self, binder: &mut dyn Binder) -> Option<Data> {
        let text = |text: &str| Data::Scalar(Scalar::Text(text.to_owned()));
        let mut entries = vec![("type".to_owned(), text(self.kind.value.word()))];
        let mut refuse = |rule, at, message: &str, help: &str| {
            binder.report(Diagnostic::new(rule, at, message).help(help));
            None
        };
        match (self.kind.value, self.user_assigned_identities.0.as_slice()) {
            (EndpointIdentityWord::SystemAssigned, []) => {}
            (EndpointIdentityWord::SystemAssigned, [first, ..]) => {
                let message = "Azure makes the identity with `type: system_assigned`";
                let help = "remove `user_assigned_identities`, or write `type: user_assigned`";
                return refuse(&CONFLICT, first.span, message, help);
            }
            (EndpointIdentityWord::UserAssigned, [one]) => {
                let id = one.id(binder)?;
                let one = Data::Map(vec![("resource_id".to_owned(), text(&id))]);
                entries.push(("user_assigned_identities".to_owned(), Data::List(vec![one])));
            }
            (EndpointIdentityWord::UserAssigned, []) => {
                if self.broken {
                    return None;
                }
                let message = "`type: user_assigned` needs the key `user_assigned_identities`";
                return refuse(&MISSING_KEY, self.span, message, "one, with its `resource_id`");
            }
            (EndpointIdentityWord::UserAssigned, [_, second, ..]) => {
                let message = "an endpoint has one identity";
                return refuse(&CONFLICT, second.span, message, "remove all but one");
            }
        }
        Some(Data::Map(entries))
    }
}

impl AssignedIdentitySpec {
    fn id(&self, binder: &mut dyn Binder) -> Option<String> {
        const FORM: [&str; 8] = [
            "",
            "subscriptions",
            "",
            "resourceGroups",
            "",
            "providers",
            "Microsoft.ManagedIdentity",
            "userAssignedIdentities",
        ];
        let id = &self.resource_id.value;
        let parts: Vec<&str> = id.split('/').collect();
        let is_part = |(at, part): (usize, &&str)| match FORM.get(at) {
            Some(word) if at == 0 || !word.is_empty() => part.eq_ignore_ascii_case(word),
            _ => {
                !part.is_empty() && !part.contains(|it: char| it.is_whitespace() || it.is_control())
            }
        };
        if parts.len() == FORM.len() + 1 && parts.iter().enumerate().all(is_part) {
            return Some(id.clone());
        }
        let message = format!("`{}` is not the ARM id of an identity", excerpt(id));
        let help = "write `/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<name>`";
        binder.report(Diagnostic::new(&BAD_VALUE, self.resource_id.span, message).help(help));
        None
    }
}
