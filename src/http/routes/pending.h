#pragma once
#include "http/route.h"
namespace lotse::http {
template <class A> Result<A> pending(Services&, const Viewer&, const Request&) { return Error::make(ErrorKind::unavailable, "not_ready"); }
template <class A, class B> Result<A> pending_with(Services&, const Viewer&, const Request&, const B&) { return Error::make(ErrorKind::unavailable, "not_ready"); }
}
