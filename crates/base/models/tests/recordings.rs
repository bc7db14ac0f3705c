//! Recordings and films of every kind, whole and broken, are decoded or refused with a reason.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on fails or says why it is skipped"
)]

use lantai_models::film::{self, FilmLimits};
use lantai_models::sound::{self, RATE, SoundError, SoundLimits, SoundSource};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn ffmpeg() -> Option<PathBuf> {
    let found = std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join("ffmpeg"))
        .find(|path| path.is_file());
    if found.is_none() {
        eprintln!("skipped: no ffmpeg");
    }
    found
}

fn corpus(folder: &str) -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus");
    let folder = std::env::var_os("LANTAI_CORPUS")
        .map_or(default, PathBuf::from)
        .join(folder);
    if !folder.is_dir() {
        eprintln!("skipped: no folder {} (set LANTAI_CORPUS)", folder.display());
        return None;
    }
    Some(folder)
}

fn read(sound: &mut dyn SoundSource) -> Result<Vec<f32>, SoundError> {
    let mut samples = Vec::new();
    while sound.read(&mut samples)? {}
    Ok(samples)
}

fn wav(rate: u32, channels: u16, frames: u32, said: u32, tone: f32) -> Vec<u8> {
    let mut file = b"RIFF".to_vec();
    file.extend(said.saturating_add(36).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(channels) * 2).to_le_bytes());
    file.extend((channels * 2).to_le_bytes());
    file.extend(16_u16.to_le_bytes());
    file.extend(b"data");
    file.extend(said.to_le_bytes());
    for at in 0..frames {
        let value = (at as f32 * tone * std::f32::consts::TAU / rate as f32).sin() * 8_000.0;
        for _ in 0..channels {
            file.extend((value as i16).to_le_bytes());
        }
    }
    file
}

fn codes(sound: &dyn SoundSource) -> Vec<String> {
    sound
        .omissions()
        .iter()
        .map(|omission| omission.code.clone())
        .collect()
}

#[test]
fn a_recording_becomes_one_channel_of_sixteen_thousand_samples() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    std::fs::write(&path, wav(44_100, 2, 88_200, 88_200 * 4, 440.0)).unwrap();
    let mut sound = sound::open(&path, &SoundLimits::default(), None).unwrap();
    assert_eq!(sound.seconds().unwrap().round(), 2.0);
    let samples = read(&mut *sound).unwrap();
    assert_eq!(samples.len(), 2 * RATE);
    let crossings = samples
        .windows(2)
        .filter(|pair| (pair[0] < 0.0) != (pair[1] < 0.0))
        .count();
    assert!((1_755..1_765).contains(&crossings), "{crossings}");
    assert!(codes(&*sound).is_empty());
}

#[test]
fn headers_that_lie_cost_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    // it says four gigabytes and has a tenth of a second
    std::fs::write(&path, wav(16_000, 1, 1_600, u32::MAX - 36, 440.0)).unwrap();
    let mut sound = sound::open(&path, &SoundLimits::default(), None).unwrap();
    let samples = read(&mut *sound).unwrap();
    assert!((1_500..=1_600).contains(&samples.len()), "{}", samples.len());
    // a rate that nobody records with
    std::fs::write(&path, wav(3_999_999_999 / 4, 1, 100, 200, 440.0)).unwrap();
    let refused =
        sound::open(&path, &SoundLimits::default(), None).and_then(|mut sound| read(&mut *sound).map(|_| ()));
    assert!(refused.is_err());
}

#[test]
fn a_recording_without_end_is_listened_to_for_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("endless.wav");
    let mut file = std::fs::File::create(&path).unwrap();
    std::io::Write::write_all(&mut file, &wav(16_000, 1, 16_000, u32::MAX - 36, 300.0)).unwrap();
    // a hole of four gigabytes that takes no room
    file.set_len(u64::from(u32::MAX)).unwrap();
    let limits = SoundLimits {
        seconds: 30.0,
        ..SoundLimits::default()
    };
    let mut sound = sound::open(&path, &limits, None).unwrap();
    let samples = read(&mut *sound).unwrap();
    assert!((30.0..33.0).contains(&(samples.len() as f64 / RATE as f64)));
    assert_eq!(codes(&*sound), ["reading.sound_too_long"]);
    let Some(ffmpeg) = ffmpeg() else { return };
    let mut sound = sound::ProgramSound::open(&ffmpeg, &path, &limits).unwrap();
    assert_eq!(read(&mut sound).unwrap().len(), 30 * RATE);
    assert_eq!(codes(&sound), ["reading.sound_too_long"]);
}

#[test]
fn what_is_no_recording_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let code = |name: &str, content: &[u8], program: Option<&Path>| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let opened = sound::open(&path, &SoundLimits::default(), program);
        opened
            .and_then(|mut sound| read(&mut *sound).map(|_| ()))
            .map_err(|error| error.code())
            .unwrap_err()
    };
    assert_eq!(code("empty.mp3", b"", None), "reading.sound_empty");
    assert_eq!(
        code("text.mp3", "只是文字".repeat(500).as_bytes(), None),
        "reading.ffmpeg_missing"
    );
    assert_eq!(
        code("empty.wav", &wav(16_000, 1, 0, 0, 1.0), None),
        "reading.sound_broken"
    );
    assert_eq!(
        sound::open(&folder.path().join("absent.wav"), &SoundLimits::default(), None)
            .map(|_| ())
            .unwrap_err()
            .code(),
        "reading.sound_unreadable"
    );
    let Some(ffmpeg) = ffmpeg() else { return };
    assert_eq!(
        code("text.wma", "只是文字".repeat(500).as_bytes(), Some(&ffmpeg)),
        "reading.sound_unknown"
    );
    // a list of other files is none of ours
    let list = format!(
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{}\n",
        folder.path().join("empty.wav").display()
    );
    assert_eq!(
        code("list.m3u8", list.as_bytes(), Some(&ffmpeg)),
        "reading.sound_unknown"
    );
    assert_eq!(
        code("none.wav", b"x", Some(Path::new("/nonexistent/ffmpeg"))),
        "reading.ffmpeg_failed"
    );
}

#[test]
fn what_is_broken_is_read_as_far_as_it_goes() {
    let Some(corpus) = corpus("office-and-media/tika") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(corpus.join("en-GB_(A_Little_Bottle_Of_Water).mp3")).unwrap();
    let mut broken = whole.clone();
    let (from, until) = (whole.len() / 3, whole.len() / 2);
    broken[from..until].fill(0x55);
    let path = folder.path().join("a.mp3");
    let length = |content: &[u8]| {
        std::fs::write(&path, content).unwrap();
        read(&mut *sound::open(&path, &SoundLimits::default(), None).unwrap())
            .unwrap()
            .len()
    };
    let (whole_length, broken_length, short) =
        (length(&whole), length(&broken), length(&whole[..whole.len() / 2]));
    assert!(
        broken_length > whole_length / 2,
        "{broken_length} of {whole_length}"
    );
    assert!(
        (whole_length * 4 / 10..whole_length * 6 / 10).contains(&short),
        "{short} of {whole_length}"
    );
}

#[test]
fn no_file_of_the_corpus_is_an_accident() {
    let Some(corpus) = corpus("office-and-media/tika") else {
        return;
    };
    let Some(ffmpeg) = ffmpeg() else { return };
    let kinds = [
        "mp3", "mp4", "m4a", "mov", "flac", "ogg", "opus", "wav", "wmv", "flv", "aif", "au", "mid",
    ];
    let limits = SoundLimits {
        seconds: 60.0,
        program_seconds: 20,
    };
    let mut heard = 0;
    for entry in std::fs::read_dir(&corpus).unwrap() {
        let path = entry.unwrap().path();
        let kind = path
            .extension()
            .and_then(|kind| kind.to_str())
            .unwrap_or_default()
            .to_lowercase();
        if !kinds.contains(&kind.as_str()) {
            continue;
        }
        let opened = sound::open(&path, &limits, Some(&ffmpeg));
        let (program, result) = match opened {
            Ok(mut sound) => {
                let read = read(&mut *sound).map(|samples| samples.len() as f64 / RATE as f64);
                (sound.program(), read.map(|seconds| (seconds, codes(&*sound))))
            }
            Err(error) => (String::new(), Err(error)),
        };
        match result {
            Ok((seconds, codes)) => {
                heard += 1;
                eprintln!(
                    "{:40} {program} {seconds:.2} s {codes:?}",
                    path.file_name().unwrap().to_string_lossy()
                );
            }
            Err(error) => eprintln!(
                "{:40} {} {error}",
                path.file_name().unwrap().to_string_lossy(),
                error.code()
            ),
        }
    }
    assert!(heard >= 15, "{heard}");
}

fn make(ffmpeg: &Path, arguments: &[&str], path: &Path) {
    let status = Command::new(ffmpeg)
        .args(["-nostdin", "-loglevel", "error", "-y"])
        .args(arguments)
        .arg(path)
        .stdin(Stdio::null())
        .status();
    assert!(status.unwrap().success(), "{arguments:?}");
}

#[test]
fn every_usual_kind_is_decoded() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let folder = tempfile::tempdir().unwrap();
    let tone = [
        "-f",
        "lavfi",
        "-i",
        "sine=frequency=440:sample_rate=44100:duration=2",
    ];
    for (name, more, program) in [
        ("a.wav", &[][..], "symphonia"),
        ("a.flac", &[], "symphonia"),
        ("a.mp3", &["-c:a", "libmp3lame"], "symphonia"),
        ("a.ogg", &["-c:a", "libvorbis"], "symphonia"),
        ("a.m4a", &["-c:a", "aac"], "symphonia"),
        ("b.m4a", &["-c:a", "alac"], "symphonia"),
        ("a.mka", &["-c:a", "flac"], "symphonia"),
        ("a.aiff", &[], "symphonia"),
        ("a.opus", &["-c:a", "libopus"], "ffmpeg"),
        ("a.wma", &["-c:a", "wmav2"], "ffmpeg"),
        ("a.webm", &["-c:a", "libopus"], "ffmpeg"),
    ] {
        let path = folder.path().join(name);
        make(&ffmpeg, &[&tone[..], more].concat(), &path);
        let mut sound = sound::open(&path, &SoundLimits::default(), Some(&ffmpeg)).unwrap();
        assert!(
            sound.program().starts_with(program),
            "{name}: {}",
            sound.program()
        );
        let seconds = read(&mut *sound).unwrap().len() as f64 / RATE as f64;
        assert!((1.9..2.2).contains(&seconds), "{name}: {seconds}");
    }
}

#[test]
fn a_film_has_scenes_pictures_and_sound() {
    let Some(ffmpeg) = ffmpeg() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp4");
    let input = "color=c=red:s=320x180:d=3:r=25[a];testsrc=s=320x180:d=4:r=25[b];color=c=white:s=320x180:d=2:r=25[c];[a][b][c]concat=n=3:v=1";
    make(
        &ffmpeg,
        &[
            "-f", "lavfi", "-i", input, "-f", "lavfi", "-i", "sine=d=9", "-c:v", "mpeg4", "-c:a", "aac",
        ],
        &path,
    );
    let limits = FilmLimits {
        pictures: 2,
        side: 160,
        ..FilmLimits::default()
    };
    let found = film::watch(&path, &ffmpeg, &limits).unwrap();
    let starts: Vec<f64> = found.scenes.iter().map(|scene| scene.start).collect();
    assert_eq!(starts, [0.0, 3.0, 7.0]);
    assert!((found.seconds - 9.0).abs() < 0.3);
    assert_eq!(
        found
            .pictures
            .iter()
            .map(|picture| picture.scene)
            .collect::<Vec<_>>(),
        [0, 2]
    );
    let picture = image::load_from_memory(&found.pictures[0].jpeg).unwrap();
    assert_eq!((picture.width(), picture.height()), (160, 90));
    let mut sound = sound::open(&path, &SoundLimits::default(), None).unwrap();
    assert!((read(&mut *sound).unwrap().len() as f64 / RATE as f64 - 9.0).abs() < 0.2);

    // half of it
    let bytes = std::fs::read(&path).unwrap();
    let half = folder.path().join("half.mp4");
    std::fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    assert!(film::watch(&half, &ffmpeg, &limits).is_err());
    // sound alone, and nothing
    let sound_only = folder.path().join("a.wav");
    std::fs::write(&sound_only, wav(16_000, 1, 1_600, 3_200, 440.0)).unwrap();
    assert_eq!(
        film::watch(&sound_only, &ffmpeg, &limits).unwrap_err().code(),
        "reading.sound_absent"
    );
    let error = film::watch(&path, Path::new("/nonexistent/ffmpeg"), &limits).unwrap_err();
    assert_eq!(
        (error.code(), film::omission(&error).step.as_str()),
        ("reading.ffmpeg_failed", "film")
    );
}
