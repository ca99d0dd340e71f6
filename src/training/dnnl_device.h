// The few pieces of oneDNN that both networks share. Private to training/.
//
// Threads   one device per network; not safe from two threads
// Errors    dnnl::error is thrown and stopped by CatchLibraryErrors() at our public functions

#pragma once

#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <oneapi/dnnl/dnnl.hpp>

#include "base/result.h"
#include "training/plan.h"

namespace glyphd {

using DnnlArguments = std::unordered_map<int, dnnl::memory>;

struct DnnlDevice {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

// A copy between two formats of the same numbers; nothing where the formats are one.
class Transfer {
 public:
  Transfer() = default;

  // What `from` holds, as `wanted`.
  static Transfer Into(const DnnlDevice& device, const dnnl::memory& from,
                       const dnnl::memory::desc& wanted) {
    if (from.get_desc() == wanted) return {from, from};
    return {from, dnnl::memory(wanted, device.engine)};
  }
  // Brings what is produced as `produced` to `to`.
  static Transfer OutOf(const DnnlDevice& device, const dnnl::memory::desc& produced,
                        const dnnl::memory& to) {
    if (to.get_desc() == produced) return {to, to};
    return {dnnl::memory(produced, device.engine), to};
  }

  void Run(const DnnlDevice& device) {
    if (reorder_) reorder_->execute(device.stream, source_, target_);
  }
  const dnnl::memory& source() const { return source_; }
  const dnnl::memory& target() const { return target_; }

 private:
  Transfer(const dnnl::memory& source, const dnnl::memory& target)
      : source_(source), target_(target) {
    if (source.get_desc() != target.get_desc()) reorder_.emplace(source_, target_);
  }

  dnnl::memory source_;
  dnnl::memory target_;
  std::optional<dnnl::reorder> reorder_;
};

inline dnnl::memory::desc PlainFormat(const dnnl::memory::dims& dims) {
  using Tag = dnnl::memory::format_tag;
  const Tag tag = dims.size() == 4 ? Tag::abcd : dims.size() == 2 ? Tag::ab : Tag::a;
  return {dims, dnnl::memory::data_type::f32, tag};
}

inline dnnl::memory::desc AnyFormat(const dnnl::memory::dims& dims) {
  return {dims, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any};
}

inline dnnl::memory::dims BatchOf(int batch, const Shape& shape) {
  return {batch, shape.channels, shape.height, shape.width};
}

// A convolution's or dense layer's weights as oneDNN counts them.
inline dnnl::memory::dims WeightDims(const LayerSpec& spec, const Shape& input) {
  if (spec.kind == LayerKind::kDense) {
    return {spec.outputs, input.channels, input.height, input.width};
  }
  return {spec.outputs, input.channels, spec.kernel, spec.kernel};
}

template <typename Body>
Status CatchLibraryErrors(std::string_view activity, Body&& body) {
  try {
    body();
    return {};
  } catch (const dnnl::error& error) {
    return Unavailable(std::string(activity) + ": oneDNN says: " + error.what());
  } catch (const std::bad_alloc&) {
    return Unavailable(std::string(activity) + ": out of memory; try a smaller batch");
  }
}

}  // namespace glyphd
