using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Tests.Core.Catalogue;

public sealed class LicencesTests
{
    [Theory]
    [InlineData("MIT", "MIT")]
    [InlineData("apache-2.0", "Apache-2.0")]
    [InlineData(" gpl-2.0-or-later ", "GPL-2.0-or-later")]
    [InlineData("gpl-2.0+", "GPL-2.0+")]
    [InlineData("cc-by-nc-4.0", "CC-BY-NC-4.0")]
    [InlineData("licenseref-GEMMA", "LicenseRef-gemma")]
    [InlineData("licenseref-Acme.Model-1", "LicenseRef-Acme.Model-1")]
    [InlineData("mit or apache-2.0", "MIT OR Apache-2.0")]
    [InlineData("(MIT  or Apache-2.0)and cc0-1.0", "(MIT OR Apache-2.0) AND CC0-1.0")]
    [InlineData("GPL-2.0-only with classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0")]
    public void Check_Licence_AnswersItsUsualSpelling(string text, string usual)
    {
        var result = Licences.Check(text);
        Assert.True(result.Licence is not null, result.Reason);
        Assert.Equal(usual, result.Licence);
    }

    [Theory]
    [InlineData("apache2", "Apache-2.0")]
    [InlineData("apache", "Apache-1.0")]
    [InlineData("llama3.1", "LicenseRef-llama3.1")]
    [InlineData("gemma", "LicenseRef-gemma")]
    [InlineData("creativeml-openrail-m", "LicenseRef-creativeml-openrail-m")]
    [InlineData("MTI", "MIT")]
    public void Check_UnknownIdentifier_SuggestsTheNearest(string text, string meant)
    {
        var result = Licences.Check(text);
        Assert.Null(result.Licence);
        Assert.Contains(meant, result.Suggestions);
        Assert.Contains(meant, result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("   ", "empty")]
    [InlineData("completely-made-up-thing", "LicenseRef-NAME")]
    [InlineData("LicenseRef-", "no SPDX licence")]
    [InlineData("LicenseRef-a_b", "no SPDX licence")]
    [InlineData("MIT OR", "ends where")]
    [InlineData("OR MIT", "'OR' stands where a licence")]
    [InlineData("MIT MIT", "'MIT' stands where AND")]
    [InlineData("(MIT", "closing parenthesis")]
    [InlineData("MIT)", "closes nothing")]
    [InlineData("()", "')' stands where a licence")]
    [InlineData("(MIT) WITH Classpath-exception-2.0", "WITH stands behind a parenthesis")]
    [InlineData("MIT WITH (MIT)", "'(' stands where an exception")]
    [InlineData("MIT WITH MIT", "no SPDX exception")]
    public void Check_NoLicence_SaysWhatIsWrong(string text, string because)
    {
        var result = Licences.Check(text);
        Assert.Null(result.Licence);
        Assert.Contains(because, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_OverlongExpression_IsRefused() =>
        Assert.Contains("more than 256", Licences.Check(new string('(', 257)).Reason, StringComparison.Ordinal);
}
