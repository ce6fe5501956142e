//! `threadproof init`: the folder of a target for a package, a builtin or a file.

use std::{ffi::OsString, fs, path::Path, process::Command};

use super::{
    args::{Cells, InitArgs, Outcomes, Place, Runtimes},
    measured::{Selected, Session},
    print,
};
use crate::{
    catalogue::named_targets,
    error::Error,
    exit::Exit,
    init::{Inspected, adapter, folder_of, target_toml},
    model::{Runtime, Target},
};

/// The script that looks at a module.
const INSPECT: &str = "inspect.cjs";

pub(super) fn init(place: &Place, args: &InitArgs, words: &[OsString]) -> Result<Exit, Error> {
    let workspace = place.workspace()?;
    if named_targets(&workspace, std::slice::from_ref(&args.what), &[])?.is_empty() {
        return Err(Error::Usage {
            what: format!("{:?} names no package, builtin or file", args.what),
            help: format!(
                "a package of the registry is npm:{0}, a folder or file ./{0}, a builtin node:NAME",
                args.what
            ),
        });
    }
    let cells = Cells {
        target: vec![args.what.clone()],
        on: Runtimes {
            runtime: args.runtime.clone(),
        },
    };
    let outcomes = Outcomes {
        jobs: Some(1),
        out: None,
        job_id: None,
        json: false,
        quiet: true,
        verbose: false,
    };
    let selected = Selected::of(place.workspace()?, &cells, &args.means, &outcomes)?;
    let dir = selected.run_dir(&outcomes)?;
    let mut session = Session::begin(&selected, &outcomes, words, dir, None)?;
    let prepared = match session.prepare(false, false, |_, _| Ok(())) {
        Ok((ready, ())) => ready.prepared,
        Err(error) => return Ok(session.fail(&error)),
    };
    let (target, runtime) = (&prepared.targets[0], &prepared.runtimes[0]);
    let inspected = inspect(&workspace.lib.join(INSPECT), target, runtime)?;
    let id = folder_of(target);
    let folder = args
        .dir
        .clone()
        .unwrap_or_else(|| workspace.targets_dir.join(&id));
    // The name of the folder is the id, wherever it stands.
    let id = folder
        .file_name()
        .map_or(id, |name| name.to_string_lossy().into_owned());
    let lib = if args.dir.is_some() {
        workspace.lib.to_string_lossy().into_owned()
    } else {
        "../../lib".to_owned()
    };
    write(
        &folder,
        "target.toml",
        &target_toml(&id, target, &inspected),
    )?;
    write(&folder, "adapter.cjs", &adapter(target, &inspected, &lib))?;
    for line in inspected.told() {
        print::line(&line)?;
    }
    let elsewhere = match (&args.dir, folder.parent()) {
        (Some(_), Some(parent)) => format!(" --targets-dir {}", parent.display()),
        _ => String::new(),
    };
    print::line(&format!(
        "{} has target.toml and adapter.cjs, whose comments say how to have more judged\nnext: threadproof run{elsewhere} --target {id} --suite driver",
        folder.display()
    ))
}

fn inspect(script: &Path, target: &Target, runtime: &Runtime) -> Result<Inspected, Error> {
    let module = target.module.clone().unwrap_or_default();
    let output = Command::new(&runtime.path)
        .args(&runtime.flags)
        .arg(script)
        .arg(&module)
        .output()
        .map_err(Error::io("start", &runtime.path))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let cannot = |why: String| {
        Error::preparation(
            "init",
            format!("{} cannot be looked at on {}: {why}", target.id, runtime.id),
            "look whether it can be required there at all, or name another Node with --runtime",
        )
    };
    if !output.status.success() {
        return Err(cannot(
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        ));
    }
    Inspected::read(&text).map_err(|error| cannot(error.to_string()))
}

/// Never over what somebody has written.
fn write(folder: &Path, name: &str, text: &str) -> Result<(), Error> {
    let file = folder.join(name);
    if file.exists() {
        return Err(Error::Usage {
            what: format!("{} is there already", file.display()),
            help: "name another folder with --dir, or remove it".to_owned(),
        });
    }
    fs::create_dir_all(folder).map_err(Error::io("make", folder))?;
    fs::write(&file, text).map_err(Error::io("write", &file))
}
