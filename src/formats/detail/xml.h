#pragma once
#include <expat.h>

#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "formats/byte_source.h"

namespace lotse::formats::detail {

/// An expat parser that pulls its bytes, refuses a DOCTYPE and can be suspended by its handlers.
///
/// A subclass overrides `start`, `end` and `text`. Exceptions never pass through expat's C code: they are kept and thrown
/// again by `run`.
class XmlPull {
 public:
  /// `part` names the file in errors ("xl/workbook.xml"); empty for a file of its own.
  XmlPull(ByteSource& bytes, std::string part);
  virtual ~XmlPull() = default;
  XmlPull(const XmlPull&) = delete;
  XmlPull& operator=(const XmlPull&) = delete;

  /// Parses on until a handler suspends (true) or the document ends (false).
  ///   errors   xml_doctype, xml_broken, empty_file, xml_tag_too_large, the source's, and what a handler failed with
  Result<bool> run();

 protected:
  /// `attributes` are name, value, name, value, …, nullptr.
  virtual void start(std::string_view name, const char** attributes) = 0;
  virtual void end(std::string_view name) = 0;
  virtual void text(std::string_view) {}

  void suspend() { XML_StopParser(parser_.get(), XML_TRUE); }
  void fail(Error error);
  static std::string_view attribute(const char** attributes, std::string_view name);
  void want_text() { XML_SetCharacterDataHandler(parser_.get(), &XmlPull::on_text); }

 private:
  template <class F>
  void guarded(F&& f);
  static void XMLCALL on_start(void* self, const XML_Char* name, const XML_Char** attributes);
  static void XMLCALL on_end(void* self, const XML_Char* name);
  static void XMLCALL on_text(void* self, const XML_Char* text, int size);
  static void XMLCALL on_doctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int);
  static int XMLCALL on_encoding(void*, const XML_Char* name, XML_Encoding* info);
  std::string where() const;

  struct Free {
    void operator()(XML_Parser p) const { XML_ParserFree(p); }
  };
  ByteSource& bytes_;
  std::string part_;
  std::unique_ptr<std::remove_pointer_t<XML_Parser>, Free> parser_;
  uint64_t fed_ = 0, progress_ = 0;  // bytes given to expat: all, and when a handler was last called
  bool suspended_ = false, ended_ = false;
  std::optional<Error> failure_;
  std::exception_ptr exception_;
};

/// Without a namespace prefix.
inline std::string_view local_name(std::string_view name) { return name.substr(name.rfind(':') + 1); }

}  // namespace lotse::formats::detail
