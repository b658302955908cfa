// Exceptions become ws_error here, and buffers are handed out and freed.
#include "internal.hpp"

#include <cstdlib>
#include <new>
#include <system_error>

namespace {

void fill(ws_error* out, int code, std::string_view category, std::string_view message) noexcept
{
    out->code = code == 0 ? -1 : code;
    ws::copy_text(out->category, category);
    ws::copy_text(out->message, message);
}

} // namespace

namespace ws {

void fill_error(ws_error* out, std::exception_ptr cause) noexcept
{
    if (out == nullptr)
        return;
    try {
        std::rethrow_exception(cause);
    } catch (lt::system_error const& error) {
        fill(out, error.code().value(), error.code().category().name(), error.what());
    } catch (std::system_error const& error) {
        fill(out, error.code().value(), error.code().category().name(), error.what());
    } catch (failure const& error) {
        fill(out, -1, "weightswarm", error.what());
    } catch (std::bad_alloc const&) {
        fill(out, ENOMEM, "system", "out of memory");
    } catch (std::exception const& error) {
        fill(out, -1, "exception", error.what());
    } catch (...) {
        fill(out, -1, "exception", "not a std::exception");
    }
}

ws_buffer to_buffer(void const* data, std::size_t length)
{
    void* copy = std::malloc(length == 0 ? 1 : length);
    if (copy == nullptr)
        throw std::bad_alloc();
    if (length > 0)
        std::memcpy(copy, data, length);
    return {static_cast<std::uint8_t*>(copy), static_cast<std::int64_t>(length)};
}

ws_endpoint to_endpoint(lt::tcp::endpoint const& endpoint) noexcept
{
    ws_endpoint out{};
    out.port = endpoint.port();
    out.family = endpoint.address().is_v4() ? 4 : 6;
    if (endpoint.address().is_v4()) {
        auto const bytes = endpoint.address().to_v4().to_bytes();
        std::memcpy(out.address, bytes.data(), bytes.size());
    } else {
        auto const bytes = endpoint.address().to_v6().to_bytes();
        std::memcpy(out.address, bytes.data(), bytes.size());
    }
    return out;
}

lt::tcp::endpoint from_endpoint(ws_endpoint const& endpoint)
{
    if (endpoint.family == 4) {
        lt::address_v4::bytes_type bytes;
        std::memcpy(bytes.data(), endpoint.address, bytes.size());
        return {lt::address_v4(bytes), endpoint.port};
    }
    if (endpoint.family != 6)
        throw failure("the endpoint's family is " + std::to_string(endpoint.family) + "; it must be 4 or 6");
    lt::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), endpoint.address, bytes.size());
    return {lt::address_v6(bytes), endpoint.port};
}

} // namespace ws

extern "C" {

int32_t ws_abi_version() noexcept
{
    return WS_ABI_VERSION;
}

void ws_buffer_free(ws_buffer* buffer) noexcept
{
    if (buffer == nullptr)
        return;
    std::free(buffer->data);
    *buffer = {};
}

} // extern "C"
