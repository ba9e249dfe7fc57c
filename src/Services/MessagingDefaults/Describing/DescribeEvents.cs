using System.Text.Json;
using System.Text.Json.Nodes;
using Tessera.Messaging;
using Tessera.ServiceDefaults;

namespace Tessera.MessagingDefaults;

/// <summary>The events that a service publishes, with their shapes, and those that it reads.</summary>
internal sealed class DescribeEvents(MessageRegistry registry) : IDescribeService
{
    private readonly JsonSerializerOptions _json = registry.Json;

    public void Describe(JsonObject description)
    {
        description["events"] = new JsonArray([.. registry.PublishedEvents.Select(Published)]);
        description["reads"] = new JsonArray([.. registry.HandledEvents.Select(Read)]);
    }

    private JsonObject Published(ListedEvent listed) => new()
    {
        ["type"] = listed.Type,
        ["stream"] = registry.Service,
        ["source"] = registry.Source,
        ["key"] = KeyMember(listed),
        ["partitions"] = registry.Partitions,
        ["schema"] = SchemaOf(listed.Record),
    };

    private JsonObject Read(ListedEvent listed) => new()
    {
        ["type"] = listed.Type,
        ["members"] = MembersOf(listed.Record),
        ["ignoresUnknown"] = IgnoresUnknown(listed.Record, registry.Json),
        ["schema"] = SchemaOf(listed.Record),
    };

    /// <summary>By path, such as <c>lines[].sku</c>: what reads it in code.</summary>
    private JsonObject MembersOf(Type record)
    {
        var members = new JsonObject();
        Add(record, "", 0);
        return members;

        void Add(Type type, string at, int depth)
        {
            foreach (var member in type.GetProperties().Where(member => member.GetIndexParameters().Length == 0))
            {
                var path = at + (_json.PropertyNamingPolicy?.ConvertName(member.Name) ?? member.Name);
                var inner = member.PropertyType;
                for (; ElementOf(inner) is { } element; inner = element) path += "[]";
                if (inner.Namespace == record.Namespace && !inner.IsEnum && depth < 8)
                    Add(inner, path + ".", depth + 1);
                else members[path] = $"{type.FullName}.{member.Name}";
            }
        }
    }

    /// <summary>Whether an event of a later version, with a further member in each of its objects, is read as the
    /// handler would get it.</summary>
    internal static bool IgnoresUnknown(Type record, JsonSerializerOptions json)
    {
        var later = JsonSerializer.SerializeToNode(new SampleEvent().Of(record), record, json)!;
        AddTo(later);
        try
        {
            return later.Deserialize(record, json) is not null;
        }
        catch (JsonException)
        {
            return false;
        }

        static void AddTo(JsonNode? node)
        {
            foreach (var inner in node switch
            {
                JsonObject members => members.Select(member => member.Value).ToArray(),
                JsonArray items => [.. items],
                _ => [],
            })
            {
                AddTo(inner);
            }
            if (node is JsonObject known) known["addedLater"] = new JsonObject { ["by"] = "a newer version" };
        }
    }

    private static Type? ElementOf(Type type) =>
        type.IsArray ? type.GetElementType()
        : type != typeof(string) && type.IsAssignableTo(typeof(System.Collections.IEnumerable)) && type.IsGenericType
            ? type.GetGenericArguments()[^1]
            : null;

    private JsonNode SchemaOf(Type record) => EventSchemas.Of(record, _json);

    /// <summary>The member that the key is, found by a made-up event: no two of its members are alike.</summary>
    private string KeyMember(ListedEvent listed)
    {
        var sample = new SampleEvent().Of(listed.Record);
        var key = listed.KeyOf!(sample);
        var member = listed.Record.GetProperties().FirstOrDefault(each => $"{each.GetValue(sample)}" == key)
            ?? throw new InvalidOperationException(
                $"The key of {listed.Type} is no member of {listed.Record.Name}: a reader could not tell what it is.");
        return _json.PropertyNamingPolicy?.ConvertName(member.Name) ?? member.Name;
    }
}
