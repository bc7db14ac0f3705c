//! What metadata say of computer files, actions and agents; transfer packages and EEP share it.

use crate::safe_xml::Element;

/// A digest that metadata give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedDigest {
    /// The algorithm as written, such as `SM3`.
    pub algorithm: String,
    /// The digest as written.
    pub value: String,
}

/// 电子属性: what was recorded of a computer file (M46 to M50).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileAttributes {
    /// 计算机文件名.
    pub name: Option<String>,
    /// 计算机文件大小 as written.
    pub size_text: Option<String>,
    /// 格式信息.
    pub format: Option<String>,
    /// 创建时间.
    pub created: Option<String>,
    /// 文档创建程序.
    pub application: Option<String>,
    /// 数字摘要.
    pub digests: Vec<StatedDigest>,
    /// Line of the element.
    pub line: u64,
}

impl FileAttributes {
    /// Reads 电子属性.
    pub fn of(element: &Element) -> Self {
        let text = |name: &str| {
            let found = element.child_text(name).filter(|text| !text.is_empty());
            found.map(str::to_owned)
        };
        let digests = element.children_named("数字摘要").filter_map(|digest| {
            let algorithm = digest.attribute("算法").or_else(|| digest.attribute("algorithm"));
            Some(StatedDigest {
                algorithm: algorithm.or_else(|| digest.child_text("算法"))?.to_owned(),
                value: digest
                    .child_text("摘要值")
                    .unwrap_or_else(|| digest.trimmed())
                    .to_owned(),
            })
        });
        Self {
            name: text("计算机文件名"),
            size_text: text("计算机文件大小"),
            format: text("格式信息"),
            created: text("创建时间"),
            application: text("文档创建程序"),
            digests: digests.filter(|digest| !digest.value.is_empty()).collect(),
            line: element.line,
        }
    }

    /// 计算机文件大小 in bytes, where it is written in bytes.
    pub fn size(&self) -> Option<u64> {
        super::description::bytes(self.size_text.as_deref()?)
    }
}

/// 机构人员实体: an agent (M76 to M79).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentEntry {
    /// 机构人员标识符.
    pub identifier: Option<String>,
    /// 机构人员类型.
    pub kind: Option<String>,
    /// 机构人员名称.
    pub name: Option<String>,
    /// 组织机构代码.
    pub organization_code: Option<String>,
    /// 个人职位.
    pub position: Option<String>,
}

impl AgentEntry {
    /// Reads 机构人员实体.
    pub fn of(element: &Element) -> Self {
        let text = |name: &str| filled(element, name);
        Self {
            identifier: text("机构人员标识符"),
            kind: text("机构人员类型"),
            name: text("机构人员名称"),
            organization_code: text("组织机构代码"),
            position: text("个人职位"),
        }
    }
}

/// 业务实体: an action (M80 to M84).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActionEntry {
    /// 业务状态.
    pub status: Option<String>,
    /// 业务行为.
    pub activity: String,
    /// 行为时间.
    pub time: Option<String>,
    /// 机构人员名称, or the name of the agent that 机构人员标识符 points to.
    pub agent: Option<String>,
    /// 行为依据.
    pub mandate: Option<String>,
    /// 行为描述.
    pub description: Option<String>,
}

impl ActionEntry {
    /// Reads 业务实体; agents are named by their identifiers.
    pub fn of(element: &Element, agents: &[AgentEntry]) -> Self {
        let text = |name: &str| filled(element, name);
        let pointed = text("机构人员标识符").and_then(|identifier| {
            let agent = agents
                .iter()
                .find(|agent| agent.identifier.as_deref() == Some(identifier.as_str()));
            agent.map_or(Some(identifier), |agent| agent.name.clone())
        });
        Self {
            status: text("业务状态"),
            activity: text("业务行为").unwrap_or_default(),
            time: text("行为时间"),
            agent: text("机构人员名称").or(pointed),
            mandate: text("行为依据"),
            description: text("行为描述"),
        }
    }
}

fn filled(element: &Element, name: &str) -> Option<String> {
    let text = element.child_text(name).filter(|text| !text.is_empty());
    text.map(str::to_owned)
}
