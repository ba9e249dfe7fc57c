using Xunit;

namespace Tessera.Repo.Tests;

public sealed class DocumentTests
{
    [Fact]
    public void Every_path_and_type_the_documents_name_exists() =>
        Assert.Empty(DocumentRules.Documents.SelectMany(path => DocumentRules.Violations(path, Repository.Read(path))));

    [Theory]
    [InlineData("See `src/Services/Nowhere/Nowhere.cs`.")]
    [InlineData("The `Order" + "Zzz` decides.")]
    [InlineData("See [the page](nowhere.md).")]
    public void Catches_a_document_that_names_what_is_not_there(string markdown) =>
        Assert.NotEmpty(DocumentRules.Violations("docs/sample.md", markdown));

    [Fact]
    public void Accepts_a_document_that_names_what_is_there() =>
        Assert.Empty(DocumentRules.Violations(
            "docs/sample.md", "`src/Messaging/Messaging` holds `UnitOfWork` and `ITransport`."));
}
