#include <fmt/format.h>
#include <strings.h>

#include "formats/detail/windows1252.h"
#include "formats/detail/xml.h"

namespace lotse::formats::detail {
namespace {
constexpr int read_bytes = 256 * 1024;
constexpr uint64_t tag_bytes_max = uint64_t{16} << 20;
}  // namespace

XmlPull::XmlPull(ByteSource& bytes, std::string part) : bytes_(bytes), part_(std::move(part)), parser_(XML_ParserCreate(nullptr)) {
  ensure(parser_ != nullptr, "expat starts");
  XML_SetUserData(parser_.get(), this);
  XML_SetElementHandler(parser_.get(), &XmlPull::on_start, &XmlPull::on_end);
  XML_SetStartDoctypeDeclHandler(parser_.get(), &XmlPull::on_doctype);
  XML_SetUnknownEncodingHandler(parser_.get(), &XmlPull::on_encoding, nullptr);
}

template <class F>
void XmlPull::guarded(F&& f) {
  if (failure_ || exception_) return;
  progress_ = fed_;
  try {
    f();
  } catch (...) {
    exception_ = std::current_exception();
    XML_StopParser(parser_.get(), XML_FALSE);
  }
}

void XmlPull::on_start(void* self, const XML_Char* name, const XML_Char** attributes) {
  auto* x = static_cast<XmlPull*>(self);
  x->guarded([&] { x->start(name, attributes); });
}
void XmlPull::on_end(void* self, const XML_Char* name) {
  auto* x = static_cast<XmlPull*>(self);
  x->guarded([&] { x->end(name); });
}
void XmlPull::on_text(void* self, const XML_Char* text, int size) {
  auto* x = static_cast<XmlPull*>(self);
  x->guarded([&] { x->text({text, static_cast<size_t>(size)}); });
}
void XmlPull::on_doctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  auto* x = static_cast<XmlPull*>(self);
  x->fail(Error::invalid("xml_doctype", "",
                         fmt::format("The XML{} has a DOCTYPE, which is refused for safety. Remove the DOCTYPE line and try again.", x->where())));
}
int XmlPull::on_encoding(void*, const XML_Char* name, XML_Encoding* info) {
  if (strcasecmp(name, "windows-1252") != 0 && strcasecmp(name, "cp1252") != 0) return XML_STATUS_ERROR;
  for (int i = 0; i < 256; ++i) info->map[i] = i >= 0x80 && i < 0xA0 ? windows1252_high[static_cast<size_t>(i - 0x80)] : i;
  info->data = nullptr;
  info->convert = nullptr;
  info->release = nullptr;
  return XML_STATUS_OK;
}

void XmlPull::fail(Error error) {
  if (!failure_) failure_ = std::move(error);
  XML_StopParser(parser_.get(), XML_FALSE);
}

std::string_view XmlPull::attribute(const char** attributes, std::string_view name) {
  for (; *attributes; attributes += 2)
    if (name == attributes[0]) return attributes[1];
  return {};
}

std::string XmlPull::where() const { return part_.empty() ? std::string() : " in " + part_; }

Result<bool> XmlPull::run() {
  if (ended_) return false;
  for (;;) {
    XML_Status status;
    if (suspended_) {
      suspended_ = false;
      status = XML_ResumeParser(parser_.get());
    } else {
      void* buffer = XML_GetBuffer(parser_.get(), read_bytes);
      if (!buffer) return Error::make(ErrorKind::unavailable, "out_of_memory", "There is not enough memory to read the XML file.");
      const size_t n = TRY(bytes_.read({static_cast<char*>(buffer), read_bytes}));
      if (n == 0 && fed_ == 0) return Error::invalid("empty_file", "", "The file is empty. Choose another file.");
      fed_ += n;
      status = XML_ParseBuffer(parser_.get(), static_cast<int>(n), n == 0);
      if (status == XML_STATUS_OK && n == 0) ended_ = true;
    }
    if (exception_) std::rethrow_exception(exception_);
    if (failure_) return *failure_;
    if (status == XML_STATUS_SUSPENDED) {
      suspended_ = true;
      return true;
    }
    if (status == XML_STATUS_ERROR) {
      ended_ = true;
      return Error::invalid("xml_broken", "",
                            fmt::format("The XML{} is broken at line {}, column {}: {}. Export the file again.", where(),
                                        XML_GetCurrentLineNumber(parser_.get()), XML_GetCurrentColumnNumber(parser_.get()) + 1,
                                        XML_ErrorString(XML_GetErrorCode(parser_.get()))));
    }
    if (ended_) return false;
    XML_ParsingStatus parsing;
    XML_GetParsingStatus(parser_.get(), &parsing);
    if (parsing.parsing == XML_FINISHED) {
      ended_ = true;
      return false;
    }
    // expat keeps a tag in memory until it is whole.
    if (fed_ - progress_ > tag_bytes_max)
      return Error::make(ErrorKind::too_large, "xml_tag_too_large",
                         fmt::format("The XML{} goes on for 16 MiB without a whole tag (line {}). This is no event log.", where(),
                                     XML_GetCurrentLineNumber(parser_.get())));
  }
}

}  // namespace lotse::formats::detail
