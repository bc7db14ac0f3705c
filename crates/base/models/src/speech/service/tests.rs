use super::*;
use crate::sound::Samples;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers one request after the other with what `answers` holds; the requests.
async fn serve(listener: TcpListener, answers: Vec<(u16, String)>) -> Vec<String> {
    let mut requests = Vec::new();
    for (status, answer) in answers {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        loop {
            let mut piece = [0; 65_536];
            let read = stream.read(&mut piece).await.unwrap();
            request.extend_from_slice(&piece[..read]);
            let text = String::from_utf8_lossy(&request);
            let Some((head, _)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head
                .to_lowercase()
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())
                .unwrap();
            let body = request
                .windows(4)
                .position(|window| window == b"\r\n\r\n")
                .unwrap()
                + 4;
            if read == 0 || request.len() >= body + length {
                break;
            }
        }
        let reply = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
            answer.len()
        );
        stream.write_all(reply.as_bytes()).await.unwrap();
        requests.push(String::from_utf8_lossy(&request).into_owned());
    }
    requests
}

async fn ask(
    protocol: Protocol,
    samples: Vec<f32>,
    answers: Vec<(u16, String)>,
) -> (Result<Vec<Segment>, super::super::SpeechError>, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let path = if protocol == Protocol::OpenAi {
        "v1/audio/transcriptions"
    } else {
        "recognition"
    };
    let url = format!("http://{}/{path}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let server = tokio::spawn(serve(listener, answers));
    let mut settings = ServiceSettings::new(url, protocol);
    settings.key = Some("geheim".to_owned());
    settings.language = Some("zh".to_owned());
    settings.piece_seconds = 60;
    let client = Client::builder().no_proxy().build().unwrap();
    let service = TranscriptionService::new(client, settings);
    let mut segments = Vec::new();
    let asked = service
        .transcribe(Box::new(Samples::new(samples)), &mut |segment| {
            segments.push(segment)
        })
        .await;
    (asked.map(|_| segments), server.await.unwrap())
}

#[tokio::test]
async fn a_service_of_openai_is_asked_and_understood() {
    let first = serde_json::json!({
        "task": "transcribe", "language": "chinese", "duration": 10.0, "text": "今天开会。",
        "segments": [{"id": 0, "seek": 0, "start": 0.5, "end": 2.5, "text": " 今天开会。", "tokens": [1], "temperature": 0.0,
                      "avg_logprob": -0.1, "compression_ratio": 0.8, "no_speech_prob": 0.01}],
        "words": [{"word": "今天", "start": 0.5, "end": 1.0}, {"word": "开会", "start": 1.0, "end": 2.4}],
    });
    let second = serde_json::json!({"text": "没有时间"});
    // loud but for a pause at 45 seconds, where it is cut
    let mut samples = vec![0.5; 70 * RATE];
    samples[45 * RATE..46 * RATE].fill(0.0);
    let (segments, requests) = ask(
        Protocol::OpenAi,
        samples,
        vec![(200, first.to_string()), (200, second.to_string())],
    )
    .await;
    let segments = segments.unwrap();
    assert_eq!(segments[0].text, "今天开会。");
    assert_eq!((segments[0].start, segments[0].end), (0.5, 2.5));
    assert_eq!(segments[0].words.len(), 2);
    assert!(segments[0].confidence > 0.9);
    assert!((45.0..46.0).contains(&segments[1].start), "{:?}", segments[1]);
    assert_eq!((segments[1].end, segments[1].text.as_str()), (70.0, "没有时间"));
    for part in [
        "POST /v1/audio/transcriptions",
        "authorization: Bearer geheim",
        "multipart/form-data; boundary=",
        "name=\"model\"\r\n\r\nwhisper-1",
        "verbose_json",
        "name=\"language\"\r\n\r\nzh",
        "name=\"file\"; filename=\"sound.wav\"",
        "RIFF",
    ] {
        assert!(requests[0].contains(part), "{part}");
    }
}

#[tokio::test]
async fn a_service_of_funasr_is_asked_and_understood() {
    let answer = serde_json::json!({"text": "今天开会，明天放假。", "code": 0, "sentences": [
        {"text": "今天开会，", "start": 500, "end": 500}, {"text": "明天放假。", "start": 2000, "end": 3000}]});
    let (segments, requests) = ask(
        Protocol::FunAsr,
        vec![0.1; 5 * RATE],
        vec![(200, answer.to_string())],
    )
    .await;
    let times: Vec<(f64, f64)> = segments
        .unwrap()
        .iter()
        .map(|segment| (segment.start, segment.end))
        .collect();
    assert_eq!(times, [(0.5, 2.0), (2.0, 3.0)]);
    assert!(requests[0].contains("POST /recognition") && requests[0].contains("name=\"audio\""));
}

#[tokio::test]
async fn refusals_are_told() {
    for (protocol, status, answer) in [
        (Protocol::OpenAi, 401, r#"{"error":{"message":"wrong key"}}"#),
        (Protocol::OpenAi, 200, "<html>"),
        (
            Protocol::FunAsr,
            200,
            r#"{"msg":"读取音频文件发生错误","code":1}"#,
        ),
    ] {
        let (answer, _) = ask(protocol, vec![0.1; RATE], vec![(status, answer.to_owned())]).await;
        let error = answer.unwrap_err();
        assert_eq!(error.code(), "models.service", "{error}");
        assert!(!error.to_string().contains("geheim"));
    }
}

#[test]
fn a_boundary_never_occurs_in_the_file() {
    let (boundary, body) = form(&[("a", "b")], "file", b"..lantai-boundary-0..lantai-boundary-1..");
    assert_eq!(boundary, "lantai-boundary-2");
    assert!(body.ends_with(b"\r\n--lantai-boundary-2--\r\n"));
}

#[test]
fn times_that_lie_stay_inside_the_piece() {
    let lie = OpenAiAnswer {
        text: String::new(),
        language: None,
        segments: vec![OpenAiSegment {
            start: 900.0,
            end: f64::NAN,
            text: "x".to_owned(),
            avg_logprob: None,
        }],
        words: Vec::new(),
    };
    let found = from_openai(lie, 60.0, 10.0);
    assert_eq!((found.segments[0].start, found.segments[0].end), (70.0, 70.0));
}
