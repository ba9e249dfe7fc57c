using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Tessera.Releasing.Readers;

/// <summary>Which members of other assemblies' records a program reads: what its compiled code refers to.</summary>
public static class UsedMembers
{
    private const string Getter = "get_";

    /// <returns>Such as <c>Tessera.Orders.Contracts.OrderedLine.Sku</c>.</returns>
    public static IReadOnlySet<string> Of(string assembly)
    {
        using var file = File.OpenRead(assembly);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var members = new HashSet<string>(StringComparer.Ordinal);
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            var name = metadata.GetString(member.Name);
            if (!name.StartsWith(Getter, StringComparison.Ordinal) || member.Parent.Kind != HandleKind.TypeReference)
                continue;
            var type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
            members.Add(
                $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}.{name[Getter.Length..]}");
        }
        return members;
    }
}
