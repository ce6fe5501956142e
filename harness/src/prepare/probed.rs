//! What a runtime answered, kept for the next start: to ask takes half a second, and the same binary says the same.
//!
//! Only the answer of one that lacks nothing is kept. What it lacks may be the machine's, such as a program that is not
//! installed or a time limit on a busy day, and is tried each time.

use std::{
    fs::{self, Metadata},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::probe::{SCRIPT, probe};
use crate::{
    model::{Runtime, RuntimeSource},
    tools,
};

/// What an answer depends on.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Key {
    /// The binary, without symbolic links.
    path: PathBuf,
    size: u64,
    /// In nanoseconds since the epoch.
    modified: i128,
    flags: Vec<String>,
    /// Of what is run on it, and of this harness, which reads the answer.
    asked: String,
    /// The program that the script calls.
    prlimit: Option<PathBuf>,
}

/// A file of the cache.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    key: Key,
    runtime: Runtime,
}

/// As [`probe`]; asks only where no answer is kept. `state` is the folder of the harness's own state.
pub fn probed(
    state: &Path,
    path: &Path,
    source: RuntimeSource,
    flags: &[String],
) -> Result<Runtime, String> {
    let key = Key::of(path, flags);
    let file = key.as_ref().map(|key| key.file(state));
    if let (Some(key), Some(file)) = (&key, &file)
        && let Some(runtime) = read(file, key)
    {
        return Ok(Runtime { source, ..runtime });
    }
    let runtime = probe(path, source, flags)?;
    if let (Some(key), Some(file)) = (key, file)
        // A shim of a version manager starts another binary, and tomorrow maybe a third.
        && runtime.path.canonicalize().is_ok_and(|own| own == key.path)
        && runtime.lacks.is_empty()
        // It may have been replaced while it was asked.
        && Key::of(path, flags).as_ref() == Some(&key)
    {
        // Who cannot keep it asks again.
        let _ = write(
            &file,
            &Kept {
                key,
                runtime: runtime.clone(),
            },
        );
    }
    Ok(runtime)
}

impl Key {
    fn of(path: &Path, flags: &[String]) -> Option<Self> {
        let path = path.canonicalize().ok()?;
        let about: Metadata = fs::metadata(&path).ok()?;
        let mut asked = blake3::Hasher::new();
        asked.update(env!("CARGO_PKG_VERSION").as_bytes());
        asked.update(SCRIPT.as_bytes());
        Some(Key {
            path,
            size: about.size(),
            modified: i128::from(about.mtime()) * 1_000_000_000 + i128::from(about.mtime_nsec()),
            flags: flags.to_vec(),
            asked: asked.finalize().to_hex().to_string(),
            prlimit: tools::find("prlimit").ok(),
        })
    }

    /// One for a binary with its options, so that a new answer takes the place of the old one.
    fn file(&self, state: &Path) -> PathBuf {
        let mut name = blake3::Hasher::new();
        name.update(self.path.as_os_str().as_encoded_bytes());
        for flag in &self.flags {
            name.update(b"\0").update(flag.as_bytes());
        }
        state
            .join("probes")
            .join(format!("{}.json", &name.finalize().to_hex()[..32]))
    }
}

/// What is kept for this key. What cannot be read, or is about another, is none.
fn read(file: &Path, key: &Key) -> Option<Runtime> {
    let kept: Kept = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    (kept.key == *key).then_some(kept.runtime)
}

fn write(file: &Path, kept: &Kept) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    // Others may read and write it at the same time.
    let temp = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&temp, kept)?;
    temp.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{fs::OpenOptions, io::Write as _, os::unix::fs::PermissionsExt as _, time::Duration};

    use super::{super::probe::unless_busy, *};

    /// A program that answers as a Node does, and notes each time that it was asked.
    struct Fake {
        dir: tempfile::TempDir,
    }

    impl Fake {
        fn new() -> Self {
            Fake {
                dir: tempfile::tempdir().unwrap(),
            }
        }

        fn node(&self) -> PathBuf {
            // As in the answer: without symbolic links.
            self.dir.path().canonicalize().unwrap().join("node")
        }

        /// Makes it anew: who says to be at `path` and to lack this.
        fn says(&self, path: &Path, lacks: &str) {
            let asked = self.dir.path().join("asked");
            let text = format!(
                "#!/bin/sh\nif [ \"$1\" = --version ]; then echo v24.0.0; exit; fi\necho >>'{}'\n\
                 echo '{{\"engine\":\"node\",\"release\":\"24.0.0\",\"version\":\"24.0.0\",\"napi\":\"10\",\"v8\":\"13\",\
                 \"path\":\"{}\",\"lacks\":{{{lacks}}}}}'\n",
                asked.display(),
                path.display()
            );
            // By a rename: a file that is open for writing cannot be run.
            let new = self.dir.path().join("new");
            fs::write(&new, text).unwrap();
            fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).unwrap();
            fs::rename(new, self.node()).unwrap();
        }

        /// Asks it; says how often it was asked in all.
        fn asked(&self, flags: &[&str]) -> usize {
            let flags: Vec<String> = flags.iter().map(ToString::to_string).collect();
            let state = self.dir.path().join("state");
            let ask = || probed(&state, &self.node(), RuntimeSource::File, &flags);
            let runtime = unless_busy(ask).unwrap();
            assert_eq!(
                (runtime.version.as_str(), runtime.napi, &runtime.flags),
                ("24.0.0", 10, &flags)
            );
            fs::read_to_string(self.dir.path().join("asked"))
                .unwrap()
                .lines()
                .count()
        }

        fn files(&self) -> Vec<PathBuf> {
            let folder = fs::read_dir(self.dir.path().join("state/probes"));
            let mut files: Vec<_> = folder
                .into_iter()
                .flatten()
                .map(|entry| entry.unwrap().path())
                .collect();
            files.sort();
            files
        }
    }

    #[test]
    fn a_binary_is_asked_once_with_each_of_its_options() {
        let fake = Fake::new();
        fake.says(&fake.node(), "");
        assert_eq!([fake.asked(&[]), fake.asked(&[])], [1, 1]);
        assert_eq!([fake.asked(&["-a"]), fake.asked(&["-a"])], [2, 2]);
        assert_eq!(fake.asked(&["-a", "-b"]), 3);
        assert_eq!(fake.asked(&[]), 3);
        assert_eq!(fake.files().len(), 3);
    }

    #[test]
    fn a_binary_that_has_changed_is_asked_anew() {
        let fake = Fake::new();
        fake.says(&fake.node(), "");
        assert_eq!(fake.asked(&[]), 1);
        let node = || fs::File::open(fake.node()).unwrap();
        let mut modified = node().metadata().unwrap().modified().unwrap();
        // By its time alone, and then by its size alone.
        for (at, earlier) in [Duration::from_nanos(1), Duration::from_secs(1)]
            .iter()
            .enumerate()
        {
            modified -= *earlier;
            node().set_modified(modified).unwrap();
            assert_eq!([fake.asked(&[]), fake.asked(&[])], [at + 2, at + 2]);
        }
        let mut longer = OpenOptions::new().append(true).open(fake.node()).unwrap();
        longer.write_all(b"#\n").unwrap();
        drop(longer);
        node().set_modified(modified).unwrap();
        assert_eq!([fake.asked(&[]), fake.asked(&[])], [4, 4]);
        assert_eq!(fake.files().len(), 1, "the old answer is kept");
    }

    #[test]
    fn what_is_kept_and_makes_no_sense_is_ignored_and_written_anew() {
        let fake = Fake::new();
        fake.says(&fake.node(), "");
        fake.asked(&[]);
        let file = fake.files().remove(0);
        let whole = fs::read_to_string(&file).unwrap();
        let other = whole.replacen(&*fake.node().to_string_lossy(), "/elsewhere/node", 1);
        let script = blake3::hash(b"another script").to_hex();
        let asked = serde_json::from_str::<Kept>(&whole).unwrap().key.asked;
        let cases = [
            "",
            "no JSON",
            "{}",
            &whole[..whole.len() / 2],
            &other,
            &whole.replace(&asked, &script),
        ];
        for (at, text) in cases.iter().enumerate() {
            assert_ne!(*text, whole);
            fs::write(&file, text).unwrap();
            assert_eq!([fake.asked(&[]), fake.asked(&[])], [at + 2, at + 2]);
            assert_eq!(fs::read_to_string(&file).unwrap(), whole);
        }
    }

    #[test]
    fn a_shim_and_what_lacks_something_are_asked_each_time() {
        let fake = Fake::new();
        // Another program that is there.
        fake.says(Path::new("/bin/sh"), "");
        assert_eq!([fake.asked(&[]), fake.asked(&[])], [1, 2]);
        fake.says(&fake.node(), r#""limits":"prlimit is needed""#);
        assert_eq!([fake.asked(&[]), fake.asked(&[])], [3, 4]);
        assert!(fake.files().is_empty());
    }

    #[test]
    fn where_nothing_can_be_kept_it_is_asked() {
        let fake = Fake::new();
        fake.says(&fake.node(), "");
        fs::write(fake.dir.path().join("state"), "a file").unwrap();
        assert_eq!([fake.asked(&[]), fake.asked(&[])], [1, 2]);
    }
}
