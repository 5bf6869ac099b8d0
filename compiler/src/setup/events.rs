//! What must exist so that events in Azure reach what they start.

use std::collections::BTreeSet;

use super::azure::Workspace;
use crate::plan::{Plan, Receiver};

/// What must exist for events.
#[derive(Debug, Default)]
pub struct Events {
    /// The workspaces beside which the wiring is deployed, in the same resource group.
    pub workspaces: BTreeSet<Workspace>,
    /// Storage accounts: those that tell of blobs, and the one that the wiring keeps its state in.
    pub accounts: BTreeSet<String>,
    /// Key vaults, each with the secret that holds the token for GitHub.
    pub vaults: BTreeSet<(String, String)>,
    /// Logic Apps that start pipelines in Azure DevOps.
    pub callers: BTreeSet<String>,
}

impl Events {
    /// What a plan wires.
    pub(super) fn read(&mut self, plan: &Plan) {
        for stage in plan.each_stage().filter(|stage| stage.wired().next().is_some()) {
            let wiring = &stage.project.wiring;
            self.workspaces.insert(Workspace::of(stage));
            self.accounts.extend(stage.watched_accounts().into_iter().map(|(_, account)| account));
            self.accounts.extend(wiring.storage.clone());
            for handoff in stage.wired() {
                for receiver in &handoff.receivers {
                    match (receiver, &wiring.key_vault) {
                        (Receiver::GitHub { .. }, Some(vault)) => {
                            self.vaults.insert((vault.clone(), wiring.github_token.clone()));
                        }
                        (Receiver::AzurePipelines { .. }, _) => {
                            self.callers.insert(stage.logic_app_name(handoff.id));
                        }
                        (Receiver::GitHub { .. } | Receiver::Endpoint { .. }, _) => {}
                    }
                }
            }
        }
    }
}
