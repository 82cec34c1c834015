#pragma once
#include <curl/curl.h>

// Swift cannot call variadic functions. One wrapper for each type of argument; the parentheses
// keep curl's type-checking macros away.

static inline CURLcode adce_curl_set_long(CURL *easy, CURLoption option, long value) {
  return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode adce_curl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
  return (curl_easy_setopt)(easy, option, value);
}

// libcurl copies strings that are set as options.
static inline CURLcode adce_curl_set_string(CURL *easy, CURLoption option, const char *value) {
  return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode adce_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
  return (curl_easy_setopt)(easy, option, value);
}

// For CURLOPT_WRITEFUNCTION, CURLOPT_HEADERFUNCTION and CURLOPT_READFUNCTION.
typedef size_t (*adce_curl_data_callback)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode adce_curl_set_data_callback(
    CURL *easy, CURLoption option, adce_curl_data_callback callback) {
  return (curl_easy_setopt)(easy, option, callback);
}

typedef int (*adce_curl_seek_callback)(void *context, curl_off_t offset, int origin);

static inline CURLcode adce_curl_set_seek_callback(CURL *easy, adce_curl_seek_callback callback) {
  return (curl_easy_setopt)(easy, CURLOPT_SEEKFUNCTION, callback);
}

typedef int (*adce_curl_progress_callback)(
    void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up);

static inline CURLcode adce_curl_set_progress_callback(
    CURL *easy, adce_curl_progress_callback callback) {
  return (curl_easy_setopt)(easy, CURLOPT_XFERINFOFUNCTION, callback);
}

typedef int (*adce_curl_before_request_callback)(
    void *context, char *peer, char *local, int peer_port, int local_port);

static inline CURLcode adce_curl_set_before_request_callback(
    CURL *easy, adce_curl_before_request_callback callback) {
  return (curl_easy_setopt)(easy, CURLOPT_PREREQFUNCTION, callback);
}

static inline CURLcode adce_curl_get_long(CURL *easy, CURLINFO info, long *value) {
  return (curl_easy_getinfo)(easy, info, value);
}

static inline CURLcode adce_curl_get_size(CURL *easy, CURLINFO info, curl_off_t *value) {
  return (curl_easy_getinfo)(easy, info, value);
}

static inline CURLcode adce_curl_get_string(CURL *easy, CURLINFO info, const char **value) {
  return (curl_easy_getinfo)(easy, info, value);
}

static inline CURLcode adce_curl_get_pointer(CURL *easy, CURLINFO info, void **value) {
  return (curl_easy_getinfo)(easy, info, value);
}

static inline CURLMcode adce_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return (curl_multi_setopt)(multi, option, value);
}

static inline CURLcode adce_curl_message_result(const CURLMsg *message) {
  return message->data.result;
}
