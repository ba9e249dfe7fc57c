using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Tessera.MessagingDefaults;

/// <summary>The JSON schemas of what a service tells others, as its contract keeps them.</summary>
public static class EventSchemas
{
    private static readonly JsonSchemaExporterOptions exporter = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = Complete,
    };

    /// <summary>How something is written with these options; numbers as numbers, which readers take in quotes too and
    /// nobody writes so.</summary>
    public static JsonNode Of(Type shape, JsonSerializerOptions json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new JsonSerializerOptions(json)
        {
            TypeInfoResolver = json.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver(),
            NumberHandling = JsonNumberHandling.Strict,
        }.GetJsonSchemaAsNode(shape, exporter);
    }

    // What the exporter does not say: how large a number may be, and which words a text may be.
    private static JsonNode Complete(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (schema is not JsonObject shape) return schema;
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(int)) shape["format"] = "int32";
        if (type == typeof(long)) shape["format"] = "int64";
        var known = context.PropertyInfo?.AttributeProvider?
            .GetCustomAttributes(typeof(AllowedValuesAttribute), inherit: true)
            .OfType<AllowedValuesAttribute>().FirstOrDefault();
        if (known is not null)
            shape["x-extensible-enum"] = new JsonArray([.. known.Values.Select(value => (JsonNode?)$"{value}")]);
        return shape;
    }
}
