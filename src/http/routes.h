#pragma once
#include <vector>

#include "http/route.h"

namespace lotse::http {

/// Every route of the API, in the order of the documentation. One function a file of http/routes.
std::vector<Route> all_routes();

std::vector<Route> session_routes();
std::vector<Route> workspace_routes();
std::vector<Route> member_routes();
std::vector<Route> token_routes();
std::vector<Route> audit_routes();
std::vector<Route> privacy_routes();
std::vector<Route> upload_routes();
std::vector<Route> import_routes();
std::vector<Route> export_routes();
std::vector<Route> delivery_routes();
std::vector<Route> source_routes();
std::vector<Route> connector_routes();
std::vector<Route> webhook_routes();
std::vector<Route> kpi_routes();
std::vector<Route> quality_routes();
std::vector<Route> job_routes();
std::vector<Route> analysis_routes();
std::vector<Route> customer_routes();
std::vector<Route> identity_routes();
std::vector<Route> touchpoint_routes();
std::vector<Route> mapping_routes();
std::vector<Route> segment_routes();
std::vector<Route> stream_routes();
std::vector<Route> server_routes();
std::vector<Route> meta_routes();

}  // namespace lotse::http
