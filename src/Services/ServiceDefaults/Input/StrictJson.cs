using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Tessera.ServiceDefaults;

/// <summary>How requests are read: what the shape does not name, or names twice, is refused instead
/// of ignored.</summary>
internal static class StrictJson
{
    public static void Apply(JsonSerializerOptions json)
    {
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.AllowDuplicateProperties = false;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.RespectNullableAnnotations = true;
        json.MaxDepth = 32;
        json.Converters.Add(new PlainTextConverter());
        json.TypeInfoResolver = (json.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver())
            .WithAddedModifier(RefuseNullElements)
            .WithAddedModifier(ReadProductCodes);
    }

    private static void ReadProductCodes(JsonTypeInfo type)
    {
        foreach (var member in type.Properties)
        {
            if (member.Name == ProductCode.Member && member.PropertyType == typeof(string))
                member.CustomConverter = new ProductCode.Converter();
        }
    }

    /// <summary>Nullable annotations guard members, not the elements of lists: <c>{"lines":[null]}</c> would reach the
    /// handler and fail there with a null reference.</summary>
    private static void RefuseNullElements(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object) return;
        var lists = type.Properties
            .Where(member => member.Get is not null && member.PropertyType != typeof(string)
                && member.PropertyType.IsAssignableTo(typeof(IEnumerable)) && HoldsReferences(member.PropertyType))
            .ToArray();
        if (lists.Length == 0) return;
        var before = type.OnDeserialized;
        type.OnDeserialized = value =>
        {
            before?.Invoke(value);
            foreach (var list in lists)
            {
                if (list.Get!(value) is not IEnumerable items) continue;
                foreach (var item in items)
                {
                    if (item is null) throw new JsonException($"An element of '{list.Name}' is null.");
                }
            }
        };
    }

    private static bool HoldsReferences(Type list) =>
        list.IsArray ? !list.GetElementType()!.IsValueType : list.GenericTypeArguments is [{ IsValueType: false }];
}
