//! A draft of Ada's site, by REST.

use super::{Answer, Server};
use http::{Method, StatusCode};
use serde_json::{Value, json};

pub struct Draft<'s> {
    pub server: &'s Server,
    pub path: String,
    pub id: String,
}

impl<'s> Draft<'s> {
    /// Made with this body: a title, perhaps a text.
    pub async fn new(server: &'s Server, token: &str, body: Value) -> Self {
        let documents = server.url(server.own, "writer", "documents");
        let ask = server.post(&documents).token(token).tenant(server.own.tenant);
        let made = ask.json(body).await;
        assert_eq!(StatusCode::CREATED, made.status, "{made:?}");
        let id = made.json()["id"].as_str().unwrap().to_owned();
        Self { server, path: format!("{documents}/{id}"), id }
    }
    /// One paragraph.
    pub async fn of(server: &'s Server, token: &str, paragraph: &str) -> Self {
        Self::new(server, token, json!({"title": "A", "content": format!("<p>{paragraph}</p>")}))
            .await
    }
    pub async fn ask(&self, method: Method, rest: &str, token: &str, body: Value) -> Answer {
        let path = format!("{}/{rest}", self.path);
        self.server.ask(method, &path).tenant(self.server.own.tenant).token(token).json(body).await
    }
    pub async fn read(&self, rest: &str, token: &str) -> Value {
        let path = format!("{}/{rest}", self.path);
        let ask = self.server.get(&path).tenant(self.server.own.tenant).token(token);
        let answer = ask.send().await;
        assert_eq!(StatusCode::OK, answer.status, "{answer:?}");
        answer.json()
    }
    /// Puts a whole text, in the form of this media type.
    pub async fn put(&self, token: &str, form: &str, text: &str, over: Option<&str>) -> Answer {
        let path = format!("{}/content", self.path);
        let ask = self.server.ask(Method::PUT, &path).token(token);
        let mut ask = ask.tenant(self.server.own.tenant);
        if let Some(over) = over {
            ask = ask.header("if-match", over);
        }
        ask.header("content-type", form).body(text.to_owned()).await
    }
}
